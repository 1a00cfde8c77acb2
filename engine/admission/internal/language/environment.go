package language

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/cel/mutation"
)

// Newest is the version of Kubernetes that the module's libraries belong to.
var Newest = version.MajorMinor(1, 37)

// oldest is the first version that has ValidatingAdmissionPolicy at all.
var oldest = version.MajorMinor(1, 26)

// Version reads `1.34` or `v1.34.2`; the newest when it is empty, and at most that.
func Version(text string) (*version.Version, error) {
	if text == "" {
		return Newest, nil
	}
	parsed, err := version.ParseGeneric(text)
	if err != nil {
		return nil, fmt.Errorf("the Kubernetes version %q is none", text)
	}
	minor := version.MajorMinor(parsed.Major(), parsed.Minor())
	if minor.GreaterThan(Newest) {
		return Newest, nil
	}
	if minor.LessThan(oldest) {
		return oldest, nil
	}
	return minor, nil
}

// IsNewer says of a version that it may have fields which this module does not know.
func IsNewer(text string) bool {
	parsed, err := version.ParseGeneric(text)
	return err == nil && version.MajorMinor(parsed.Major(), parsed.Minor()).GreaterThan(Newest)
}

// Variables say what an expression may name beside the object and the request.
type Variables = plugincel.OptionalVariableDeclarations

// Library keeps CEL's environments, of each version and for each set of variables one: making one takes as long as
// compiling many policies. It is for one goroutine.
type Library struct {
	environments map[string]map[Variables]*cel.Env
	// typed are the environments of type checks.
	typed map[typedKey]*cel.Env
	// variables is the type of CEL's `variables`; its fields are those of the policy that is being compiled.
	variables *apiservercel.DeclType
}

// NewLibrary makes an empty one.
func NewLibrary() *Library {
	return &Library{
		environments: map[string]map[Variables]*cel.Env{},
		typed:        map[typedKey]*cel.Env{},
		variables:    apiservercel.NewObjectType(variablesName, map[string]*apiservercel.DeclField{}),
	}
}

// variablesName is apiserver's name of the type, which shows in messages.
const variablesName = "kubernetes.variables"

func (l *Library) environment(of *version.Version, given Variables) (*cel.Env, error) {
	known, ok := l.environments[of.String()]
	if !ok {
		known = map[Variables]*cel.Env{}
		l.environments[of.String()] = known
	}
	if made, ok := known[given]; ok {
		return made, nil
	}
	made, err := l.make(of, given, Types{})
	if err == nil {
		known[given] = made
	}
	return made, err
}

// make declares what apiserver's own compiler declares (pkg/admission/plugin/cel/compile.go), in one step and for one
// version only.
func (l *Library) make(of *version.Version, given Variables, types Types) (*cel.Env, error) {
	base := environment.MustBaseEnvSet(of).NewExpressionsEnv()
	request, namespace := plugincel.BuildRequestType(), plugincel.BuildNamespaceType()
	provider := apiservercel.NewDeclTypeProvider(append(types.known(), request, namespace, l.variables)...)
	if of.AtLeast(version.MajorMinor(1, 31)) {
		provider.SetRecognizeKeywordAsFieldName(true)
	}
	options := []cel.EnvOption{
		cel.Variable(plugincel.ObjectVarName, celType(types.Object)),
		cel.Variable(plugincel.OldObjectVarName, celType(types.Object)),
		cel.Variable(plugincel.NamespaceVarName, namespace.CelType()),
		cel.Variable(plugincel.RequestVarName, request.CelType()),
		cel.Variable(plugincel.VariableVarName, l.variables.CelType()),
	}
	if given.HasParams {
		options = append(options, cel.Variable(plugincel.ParamsVarName, celType(types.Params)))
	}
	if given.HasAuthorizer {
		options = append(options,
			cel.Variable(plugincel.AuthorizerVarName, library.AuthorizerType),
			cel.Variable(plugincel.RequestResourceAuthorizerVarName, library.ResourceCheckType))
	}
	declarable, err := provider.EnvOptions(base.CELTypeProvider())
	if err != nil {
		return nil, err
	}
	options = append(options, declarable...)
	declared, err := base.Extend(cel.Lib(declarations{options}))
	if err != nil || !given.HasPatchTypes {
		return declared, err
	}
	return declared.Extend(common.ResolverEnvOption(&mutation.DynamicTypeResolver{}), library.JSONPatch())
}

// declarations is a CEL library of what admission declares, with apiserver's costs.
type declarations struct{ options []cel.EnvOption }

func (d declarations) CompileOptions() []cel.EnvOption { return d.options }

func (declarations) ProgramOptions() []cel.ProgramOption {
	return environment.StrictCostOpt.ProgramOptions
}

// declare gives `variables` one more field.
func (l *Library) declare(name string, of *cel.Type) {
	l.variables.Fields[name] = apiservercel.NewDeclField(name, declType(of), true, nil, nil)
}

var scalarTypes = map[*cel.Type]*apiservercel.DeclType{
	cel.AnyType: apiservercel.AnyType, cel.BoolType: apiservercel.BoolType, cel.BytesType: apiservercel.BytesType,
	cel.DoubleType: apiservercel.DoubleType, cel.DurationType: apiservercel.DurationType, cel.IntType: apiservercel.IntType,
	cel.NullType: apiservercel.NullType, cel.StringType: apiservercel.StringType,
	cel.TimestampType: apiservercel.TimestampType, cel.UintType: apiservercel.UintType,
}

// declType is a variable's type as apiserver declares it; what it cannot name is dynamic.
func declType(of *cel.Type) *apiservercel.DeclType {
	if of == nil {
		return apiservercel.DynType
	}
	if scalar, ok := scalarTypes[of]; ok {
		return scalar
	}
	if of.HasTrait(traits.ContainerType) && of.HasTrait(traits.IndexerType) {
		switch parts := of.Parameters(); len(parts) {
		case 1:
			return apiservercel.NewListType(declType(parts[0]), -1)
		case 2:
			return apiservercel.NewMapType(declType(parts[0]), declType(parts[1]), -1)
		}
	}
	return apiservercel.DynType
}

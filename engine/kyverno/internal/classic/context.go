package classic

import (
	"regexp"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/pkg/config"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	enginecontext "github.com/kyverno/kyverno/pkg/engine/context"
	apiutils "github.com/kyverno/kyverno/pkg/utils/api"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// run is what Kyverno's engine is told of a request for one evaluation, and is thrown away after it.
type run struct {
	subject   *subject
	policy    kyvernov1.PolicyInterface
	object    unstructured.Unstructured
	oldObject unstructured.Unstructured
	element   unstructured.Unstructured
	operation kyvernov1.AdmissionOperation
	variables enginecontext.Interface
}

var _ engineapi.PolicyContext = (*run)(nil)

// newRun fills the context as Kyverno's own constructor does (policycontext.NewPolicyContext).
func (e *Engine) newRun(s *subject, asked unit) (*run, error) {
	r := &run{subject: s, policy: asked.policy, object: s.object, oldObject: s.oldObject, operation: s.operation}
	if s.operation == kyvernov1.Delete {
		r.object = unstructured.Unstructured{}
	}
	variables := enginecontext.NewContextWithMaxSize(e.jp, e.config.GetMaxContextSize())
	wrapped := &runContext{Interface: variables, object: r.object, config: e.config, spared: asked.sparedCopies()}
	r.variables = wrapped
	add := variables.AddResource
	if s.operation == kyvernov1.Delete {
		add = variables.AddOldResource
	}
	if err := add(r.object.Object); err != nil {
		return nil, err
	}
	if err := variables.AddNamespace(r.object.GetNamespace()); err != nil {
		return nil, err
	}
	if asked.mentionsImages {
		if err := wrapped.addImages(); err != nil {
			return nil, err
		}
	}
	if s.info != nil {
		if err := variables.AddUserInfo(*s.info); err != nil {
			return nil, err
		}
		if err := variables.AddServiceAccount(s.info.AdmissionUserInfo.Username); err != nil {
			return nil, err
		}
	}
	if err := variables.AddOperation(string(s.operation)); err != nil {
		return nil, err
	}
	if s.oldObject.Object != nil {
		if err := variables.AddOldResource(s.oldObject.Object); err != nil {
			return nil, err
		}
	}
	return r, r.addValues()
}

// addValues lets Values stand over what the request says, parts of the object included.
func (r *run) addValues() error {
	for name, value := range r.subject.values {
		if err := r.variables.AddVariable(name, value); err != nil {
			return err
		}
	}
	if len(r.subject.values) == 0 {
		return nil
	}
	var err error
	if r.operation != kyvernov1.Delete {
		if r.object, err = query(r.variables, "request.object"); err != nil {
			return err
		}
	}
	if r.oldObject.Object != nil {
		r.oldObject, err = query(r.variables, "request.oldObject")
	}
	return err
}

func (r *run) Policy() kyvernov1.PolicyInterface            { return r.policy }
func (r *run) NewResource() unstructured.Unstructured       { return r.object }
func (r *run) OldResource() unstructured.Unstructured       { return r.oldObject }
func (r *run) Operation() kyvernov1.AdmissionOperation      { return r.operation }
func (r *run) NamespaceLabels() map[string]string           { return r.subject.namespaceLabels }
func (r *run) RequestResource() metav1.GroupVersionResource { return r.subject.resource }
func (r *run) Element() unstructured.Unstructured           { return r.element }
func (r *run) SetElement(element unstructured.Unstructured) { r.element = element }
func (r *run) JSONContext() enginecontext.Interface         { return r.variables }
func (r *run) AdmissionOperation() bool                     { return false }
func (r *run) ResourceKind() (schema.GroupVersionKind, string) {
	return r.subject.gvk, r.subject.subresource
}

func (r *run) AdmissionInfo() kyvernov2.RequestInfo {
	if r.subject.info == nil {
		return kyvernov2.RequestInfo{}
	}
	return *r.subject.info
}

func (r *run) SetResources(oldObject, object unstructured.Unstructured) error {
	r.object, r.oldObject = object, oldObject
	if err := r.variables.AddResource(object.Object); err != nil {
		return err
	}
	return r.variables.AddOldResource(oldObject.Object)
}

func (r *run) SetOperation(operation kyvernov1.AdmissionOperation) error {
	r.operation = operation
	return r.variables.AddOperation(string(operation))
}

func (r *run) Copy() engineapi.PolicyContext {
	copied := *r
	return &copied
}

// runContext are a run's variables. Kyverno copies them whole before each rule, and again before all of them, to have
// them back afterwards; nobody wants those back that are thrown away.
type runContext struct {
	enginecontext.Interface
	object unstructured.Unstructured
	config config.Configuration
	// depth counts the copies asked for, of which the first few (spared) are not made.
	depth, spared int
	hasImages     bool
}

// Checkpoint copies the variables unless nobody wants them back.
func (c *runContext) Checkpoint() {
	c.depth++
	if c.depth > c.spared {
		c.Interface.Checkpoint()
	}
}

// Restore takes the last copy back.
func (c *runContext) Restore() {
	if c.depth > c.spared {
		c.hasImages = false
		c.Interface.Restore()
	}
	c.depth--
}

// Reset takes the last copy back and keeps it.
func (c *runContext) Reset() {
	if c.depth > c.spared {
		c.hasImages = false
		c.Interface.Reset()
	}
}

// asksForImages is when Kyverno loads the variable `images`; it compiles this expression for each request.
var asksForImages = regexp.MustCompile(`(?:\A|\z|\s|[^.0-9A-Za-z])images\b`)

// Query adds the variable `images` when it is asked for.
func (c *runContext) Query(query string) (any, error) {
	if asksForImages.MatchString(query) {
		if err := c.addImages(); err != nil {
			return nil, err
		}
	}
	return c.Interface.Query(query)
}

// ImageInfo gives the images of the object.
func (c *runContext) ImageInfo() map[string]map[string]apiutils.ImageInfo {
	if err := c.addImages(); err != nil {
		return map[string]map[string]apiutils.ImageInfo{}
	}
	return c.Interface.ImageInfo()
}

// addImages lets the library load the images on first use. A unit that mentions them has them before its own variables, of
// which one may have the same name.
func (c *runContext) addImages() error {
	if c.hasImages {
		return nil
	}
	c.hasImages = true
	return c.Interface.AddImageInfos(&c.object, c.config)
}

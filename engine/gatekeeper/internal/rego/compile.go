// Package rego compiles a constraint template's Rego and evaluates it, as the Rego driver of
// github.com/open-policy-agent/frameworks does: one module with a rule `violation`, libraries under `data.lib`, and of
// the rest of `data` only `data.inventory`.
package rego

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/open-policy-agent/frameworks/constraint/pkg/regorewriter"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// Source is a template's Rego.
type Source struct {
	// Module is the text with the rule `violation`.
	Module Text
	Libs   []Text
	IsV1   bool
}

// Text is a module and the JSON pointer at which it stands in its document.
type Text struct {
	At   string
	Rego string
}

// Problem is what is wrong with a source; Line is 0 where it is not about one line.
type Problem struct {
	Message string
	At      string
	Line    int
}

// Policy is compiled Rego.
type Policy struct {
	compiler *ast.Compiler
	query    ast.Body
	rules    []*ast.Rule
	// places finds where a module stands by the name it was parsed under.
	places map[string]string
	words  map[string]bool
	reads  map[*ast.Rule][][]string
	kinds  []InventoryRead
}

const (
	entryName     = "template"
	libraryPrefix = "libs"
)

// Compile compiles a template's Rego.
func Compile(source Source) (*Policy, []Problem) {
	places := map[string]string{entryName: source.Module.At}
	version := ast.RegoV0
	if source.IsV1 {
		version = ast.RegoV1
	}
	rewriter, err := regorewriter.New(regorewriter.NewPackagePrefixer(libraryPrefix), []string{"data.lib"}, []string{"data.inventory"})
	if err != nil {
		return nil, []Problem{{Message: err.Error(), At: source.Module.At}}
	}
	entry, problems := parse(entryName, source.Module, version)
	if problems != nil {
		return nil, problems
	}
	if !definesViolation(entry) {
		return nil, []Problem{{Message: "The Rego has no rule named violation, which Gatekeeper asks for.", At: source.Module.At}}
	}
	entry.Package.Path = ast.MustParseRef("data." + entryName)
	rewriter.AddEntryPointModule(entryName, entry)
	for i, each := range source.Libs {
		name := fmt.Sprintf("%s[\"lib_%d\"]", libraryPrefix, i)
		places[name] = each.At
		library, problems := parse(name, each, version)
		if problems != nil {
			return nil, problems
		}
		if err := rewriter.AddLib(name, library); err != nil {
			return nil, []Problem{{Message: err.Error(), At: each.At}}
		}
	}
	rewritten, err := rewriter.Rewrite()
	if err != nil {
		return nil, []Problem{{Message: oneLine(err), At: source.Module.At}}
	}
	modules := map[string]*ast.Module{}
	for _, each := range append(rewritten.EntryPoints, rewritten.Libs...) {
		modules[each.FilePath.Path()] = each.Module
	}
	return link(modules, places)
}

// link compiles parsed modules and the query that asks for violations.
func link(modules map[string]*ast.Module, places map[string]string) (*Policy, []Problem) {
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithEnablePrintStatements(false)
	compiler.Compile(modules)
	if compiler.Failed() {
		return nil, placeErrors(compiler.Errors, places)
	}
	body, err := compiler.QueryCompiler().Compile(ast.MustParseBodyWithOpts("data."+entryName+".violation[r]", ast.ParserOptions{RegoVersion: ast.RegoV0}))
	if err != nil {
		return nil, []Problem{{Message: oneLine(err), At: places[entryName]}}
	}
	policy := &Policy{compiler: compiler, query: body, places: places, reads: map[*ast.Rule][][]string{}}
	policy.rules = violationRules(compiler.Modules)
	policy.words = wordsOf(compiler.Modules)
	policy.kinds = inventoryReads(compiler.Modules)
	return policy, nil
}

func parse(name string, text Text, version ast.RegoVersion) (*ast.Module, []Problem) {
	module, err := ast.ParseModuleWithOpts(name, text.Rego, ast.ParserOptions{RegoVersion: version})
	var failed ast.Errors
	switch {
	case errors.As(err, &failed):
		return nil, placeErrors(failed, map[string]string{name: text.At})
	case err != nil:
		return nil, []Problem{{Message: oneLine(err), At: text.At}}
	case module == nil:
		return nil, []Problem{{Message: "The Rego is empty.", At: text.At}}
	}
	return module, nil
}

func placeErrors(failed ast.Errors, places map[string]string) []Problem {
	problems := make([]Problem, 0, len(failed))
	for _, each := range failed {
		problem := Problem{Message: "The Rego does not compile: " + strings.ReplaceAll(each.Message, "\n", " ")}
		if each.Location != nil {
			problem.At = places[each.Location.File]
			problem.Line = each.Location.Row
			problem.Message += fmt.Sprintf(" (line %d)", each.Location.Row)
		}
		problems = append(problems, problem)
	}
	return problems
}

func definesViolation(module *ast.Module) bool {
	for _, rule := range module.Rules {
		if string(rule.Head.Name) == "violation" {
			return true
		}
	}
	return false
}

func violationRules(modules map[string]*ast.Module) []*ast.Rule {
	var rules []*ast.Rule
	for _, module := range modules {
		for _, rule := range module.Rules {
			if string(rule.Head.Name) == "violation" && module.Package.Path.HasPrefix(ast.MustParseRef("data."+entryName)) {
				rules = append(rules, rule)
			}
		}
	}
	sort.Slice(rules, func(i, j int) bool { return rules[i].Location.Row < rules[j].Location.Row })
	return rules
}

// capabilities are OPA's own and Gatekeeper's external_data; the ones that would need the network are there so that a
// policy compiles, and end the evaluation that calls them (see needs.go).
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	all.Builtins = append(all.Builtins, &ast.Builtin{
		Name: "external_data",
		Decl: types.NewFunction(types.Args(types.A), types.A),
	})
	return all
})

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

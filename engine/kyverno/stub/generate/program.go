package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	Imports    []string
	ImportMap  map[string]string
	Standard   bool
	Module     *struct{ Path, Version, GoVersion string }
}

// program is the real libraries: which packages there are, and their types as far as somebody asked.
type program struct {
	prefixes []string
	fset     *token.FileSet
	packages map[string]*listed
	checked  map[string]*types.Package
	info     map[string]*types.Info
	keeps    map[string]bool
}

func newProgram(prefixes []string) *program {
	return &program{
		prefixes: prefixes,
		fset:     token.NewFileSet(),
		packages: map[string]*listed{},
		checked:  map[string]*types.Package{"unsafe": types.Unsafe},
		info:     map[string]*types.Info{},
	}
}

func (p *program) list(dir string, roots []string) error {
	command := exec.Command("go", append([]string{"list", "-e", "-deps", "-json"}, roots...)...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	decoder := json.NewDecoder(out)
	for {
		var each listed
		if err := decoder.Decode(&each); err == io.EOF {
			return command.Wait()
		} else if err != nil {
			return err
		}
		p.packages[each.ImportPath] = &each
	}
}

func (p *program) isStubbed(path string) bool {
	for _, prefix := range p.prefixes {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return true
		}
	}
	return false
}

// kept lists the packages that stay real, standard library aside.
func (p *program) kept(roots []string) []string {
	seen := map[string]bool{}
	p.keeps = seen
	var found []string
	var visit func(path string)
	visit = func(path string) {
		each, ok := p.packages[path]
		if seen[path] || !ok || each.Standard || p.isStubbed(path) {
			return
		}
		seen[path] = true
		found = append(found, path)
		for _, imported := range each.Imports {
			visit(imported)
		}
	}
	for _, root := range roots {
		visit(root)
	}
	return found
}

// check gives the types of a package; bodies of functions only of those that are kept.
func (p *program) check(path string, withBodies bool) *types.Package {
	if done, ok := p.checked[path]; ok && (!withBodies || p.info[path] != nil) {
		return done
	}
	each, ok := p.packages[path]
	if !ok {
		return types.NewPackage(path, filepath.Base(path))
	}
	var files []*ast.File
	for _, name := range each.GoFiles {
		file, err := parser.ParseFile(p.fset, filepath.Join(each.Dir, name), nil, parser.SkipObjectResolution)
		if file == nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		files = append(files, file)
	}
	info := &types.Info{
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Types:      map[ast.Expr]types.TypeAndValue{},
	}
	config := types.Config{
		Importer:         importer{p, each},
		IgnoreFuncBodies: !withBodies,
		FakeImportC:      true,
		Error:            func(error) {},
		Sizes:            types.SizesFor("gc", "wasm"),
	}
	pkg, _ := config.Check(path, p.fset, files, info)
	p.checked[path] = pkg
	if withBodies {
		p.info[path] = info
	}
	return pkg
}

type importer struct {
	program *program
	of      *listed
}

// Kept packages are checked with their bodies at once, so that there is one object for each name.
func (i importer) Import(path string) (*types.Package, error) {
	if real, ok := i.of.ImportMap[path]; ok {
		path = real
	}
	each := i.program.packages[path]
	if each == nil {
		return i.program.check(path, false), nil
	}
	return i.program.check(path, !each.Standard && !i.program.isStubbed(path) && i.program.keeps[path]), nil
}

// imported lists the stubbed packages that kept ones import.
func (p *program) imported() []string {
	seen := map[string]bool{}
	var found []string
	for path := range p.keeps {
		for _, each := range p.packages[path].Imports {
			if p.isStubbed(each) && !seen[each] {
				seen[each] = true
				found = append(found, each)
			}
		}
	}
	return found
}

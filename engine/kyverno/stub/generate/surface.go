package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"strings"
)

// surface is what the packages kept need of those that are stubbed.
type surface struct {
	program *program
	whole   map[string]bool
	// objects are functions, variables, constants and types at package level.
	objects map[types.Object]bool
	// members are fields and methods.
	members map[types.Object]bool
	// owners say of which type a field or method is.
	owners  map[types.Object]*types.TypeName
	indexed map[*types.Package]bool
	queue   []types.Object
}

func newSurface(program *program, whole []string) *surface {
	s := &surface{
		program: program,
		whole:   map[string]bool{},
		objects: map[types.Object]bool{},
		members: map[types.Object]bool{},
		owners:  map[types.Object]*types.TypeName{},
		indexed: map[*types.Package]bool{},
	}
	for _, each := range whole {
		s.whole[each] = true
	}
	return s
}

// use takes in what a kept package uses.
func (s *surface) use(path string) {
	s.program.check(path, true)
	info := s.program.info[path]
	if info == nil {
		fmt.Fprintln(os.Stderr, "not checked:", path)
		return
	}
	for _, object := range info.Uses {
		s.need(object)
	}
	for _, selection := range info.Selections {
		s.needPath(selection)
	}
	for expression, typed := range info.Types {
		if _, isLiteral := expression.(*ast.CompositeLit); isLiteral && typed.Type != nil {
			s.needType(typed.Type)
		}
	}
}

// add takes in a name given as path.Name or path.Type.Member.
func (s *surface) add(name string) {
	slash := strings.LastIndex(name, "/")
	parts := strings.Split(name[slash+1:], ".")
	for i := 1; i < len(parts); i++ {
		path := name[:slash+1] + strings.Join(parts[:i], ".")
		if s.program.packages[path] == nil {
			continue
		}
		object := s.program.check(path, false).Scope().Lookup(parts[i])
		if object == nil {
			continue
		}
		s.need(object)
		if len(parts) > i+1 {
			member, _, _ := types.LookupFieldOrMethod(types.NewPointer(object.Type()), true, object.Pkg(), parts[i+1])
			if member == nil {
				member, _, _ = types.LookupFieldOrMethod(object.Type(), true, object.Pkg(), parts[i+1])
			}
			if member == nil {
				fmt.Fprintln(os.Stderr, "no member:", name)
				return
			}
			s.need(member)
		}
		return
	}
	fmt.Fprintln(os.Stderr, "nothing of this name:", name)
}

func (s *surface) isStubbed(pkg *types.Package) bool {
	return pkg != nil && s.program.isStubbed(pkg.Path())
}

func (s *surface) need(object types.Object) {
	switch object := object.(type) {
	case *types.Func:
		s.needFunc(object.Origin())
	case *types.Var:
		s.needVar(object.Origin())
	case *types.TypeName:
		s.needObject(object)
	case *types.Const:
		s.needObject(object)
	}
}

func (s *surface) needObject(object types.Object) {
	if !s.isStubbed(object.Pkg()) || s.objects[object] || object.Parent() != object.Pkg().Scope() {
		return
	}
	s.objects[object] = true
	s.queue = append(s.queue, object)
}

func (s *surface) needFunc(function *types.Func) {
	if !s.isStubbed(function.Pkg()) {
		return
	}
	if function.Signature().Recv() == nil {
		s.needObject(function)
		return
	}
	s.needMember(function)
}

func (s *surface) needVar(variable *types.Var) {
	if !s.isStubbed(variable.Pkg()) {
		return
	}
	if !variable.IsField() {
		s.needObject(variable)
		return
	}
	s.needMember(variable)
}

func (s *surface) needMember(object types.Object) {
	if s.members[object] {
		return
	}
	s.members[object] = true
	s.queue = append(s.queue, object)
	s.index(object.Pkg())
	if owner := s.owners[object]; owner != nil {
		s.needObject(owner)
	}
}

// needPath takes in the embedded fields that a promoted member is reached by.
func (s *surface) needPath(selection *types.Selection) {
	at := selection.Recv()
	index := selection.Index()
	for _, i := range index[:len(index)-1] {
		if pointer, ok := at.Underlying().(*types.Pointer); ok {
			at = pointer.Elem()
		}
		structure, ok := at.Underlying().(*types.Struct)
		if !ok {
			return
		}
		s.need(structure.Field(i))
		at = structure.Field(i).Type()
	}
	s.needType(at)
}

// index remembers the owners of the fields and methods of a package's types.
func (s *surface) index(pkg *types.Package) {
	if s.indexed[pkg] {
		return
	}
	s.indexed[pkg] = true
	for _, name := range pkg.Scope().Names() {
		owner, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || owner.IsAlias() {
			continue
		}
		named, ok := owner.Type().(*types.Named)
		if !ok {
			continue
		}
		for method := range named.Methods() {
			s.owners[method] = owner
		}
		switch under := named.Underlying().(type) {
		case *types.Struct:
			for field := range under.Fields() {
				s.owners[field] = owner
			}
		case *types.Interface:
			for method := range under.ExplicitMethods() {
				s.owners[method] = owner
			}
		}
	}
}

// close takes in what is needed by what is needed, until nothing is added.
func (s *surface) close() {
	for len(s.queue) > 0 {
		s.closeTypes()
		s.satisfyInterfaces()
	}
}

// satisfyInterfaces takes in the methods by which types are what they are assigned to. Where that is cannot be told
// simply, so a type keeps the methods of every interface that it implements.
func (s *surface) satisfyInterfaces() {
	interfaces, all := s.namedTypes()
	for _, each := range all {
		var pointer types.Type = types.NewPointer(each)
		if types.IsInterface(each) {
			pointer = each
		}
		for _, wanted := range interfaces {
			under := wanted.Underlying().(*types.Interface)
			if under.NumMethods() == 0 || !types.Implements(pointer, under) {
				continue
			}
			for method := range under.Methods() {
				if s.isStubbed(method.Pkg()) && !s.members[method.Origin()] {
					continue
				}
				found, index, _ := types.LookupFieldOrMethod(pointer, true, method.Pkg(), method.Name())
				if found == nil {
					continue
				}
				s.needFields(each, index)
				s.need(found)
			}
		}
	}
}

// needFields takes in the embedded fields on the way to a promoted method.
func (s *surface) needFields(at types.Type, index []int) {
	for _, i := range index[:len(index)-1] {
		if pointer, ok := at.Underlying().(*types.Pointer); ok {
			at = pointer.Elem()
		}
		structure, ok := at.Underlying().(*types.Struct)
		if !ok {
			return
		}
		s.need(structure.Field(i))
		at = structure.Field(i).Type()
	}
}

// namedTypes lists the types of the packages kept and of what is needed; generic ones aside.
func (s *surface) namedTypes() (interfaces, all []types.Type) {
	collect := func(name *types.TypeName) {
		named, ok := name.Type().(*types.Named)
		if !ok || name.IsAlias() || named.TypeParams().Len() > 0 {
			return
		}
		if types.IsInterface(named) {
			interfaces = append(interfaces, named)
		}
		all = append(all, named)
	}
	interfaces = append(interfaces, types.Universe.Lookup("error").Type())
	for object := range s.objects {
		if name, ok := object.(*types.TypeName); ok {
			collect(name)
		}
	}
	for path := range s.program.keeps {
		scope := s.program.check(path, true).Scope()
		for _, each := range scope.Names() {
			if name, ok := scope.Lookup(each).(*types.TypeName); ok {
				collect(name)
			}
		}
	}
	return interfaces, all
}

// closeTypes takes in what signatures and definitions are written with.
func (s *surface) closeTypes() {
	for len(s.queue) > 0 {
		object := s.queue[0]
		s.queue = s.queue[1:]
		switch object := object.(type) {
		case *types.TypeName:
			s.needDefinition(object)
		default:
			s.needType(object.Type())
		}
	}
}

func (s *surface) needDefinition(name *types.TypeName) {
	if name.IsAlias() {
		s.needType(types.Unalias(name.Type()))
		return
	}
	named, ok := name.Type().(*types.Named)
	if !ok {
		return
	}
	for parameter := range named.TypeParams().TypeParams() {
		s.needType(parameter.Constraint())
	}
	switch under := named.Underlying().(type) {
	case *types.Struct:
		if s.whole[name.Pkg().Path()] {
			s.index(name.Pkg())
			for field := range under.Fields() {
				s.needMember(field)
			}
		}
	case *types.Interface:
		for embedded := range under.EmbeddedTypes() {
			s.needType(embedded)
		}
	default:
		s.needType(under)
	}
}

// needType takes in the named types that a type is written with.
func (s *surface) needType(t types.Type) {
	switch t := t.(type) {
	case *types.Alias:
		s.need(t.Obj())
		for argument := range t.TypeArgs().Types() {
			s.needType(argument)
		}
	case *types.Named:
		s.need(t.Obj())
		for argument := range t.TypeArgs().Types() {
			s.needType(argument)
		}
	case *types.Pointer:
		s.needType(t.Elem())
	case *types.Slice:
		s.needType(t.Elem())
	case *types.Array:
		s.needType(t.Elem())
	case *types.Chan:
		s.needType(t.Elem())
	case *types.Map:
		s.needType(t.Key())
		s.needType(t.Elem())
	case *types.Signature:
		for parameter := range t.TypeParams().TypeParams() {
			s.needType(parameter.Constraint())
		}
		s.needType(t.Params())
		s.needType(t.Results())
	case *types.Tuple:
		for variable := range t.Variables() {
			s.needType(variable.Type())
		}
	case *types.Struct:
		for field := range t.Fields() {
			s.needType(field.Type())
		}
	case *types.Interface:
		for method := range t.ExplicitMethods() {
			s.needType(method.Type())
		}
		for embedded := range t.EmbeddedTypes() {
			s.needType(embedded)
		}
	case *types.Union:
		for term := range t.Terms() {
			s.needType(term.Type())
		}
	}
}

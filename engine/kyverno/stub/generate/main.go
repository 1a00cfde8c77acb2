// Command generate writes the modules of this folder: stand-ins for libraries that Kyverno's engine is compiled against
// and that a preview without a network never calls (image signing, registries, clusters, metrics). Each holds exactly
// the names that the packages kept use, with the signatures of the real ones and no behaviour: whoever calls one is
// told so by a panic.
//
//	generate -from FOLDER -out .. -root IMPORTPATH,… -stub MODULE-PREFIX,…
//
// FOLDER is a Go module that requires the real libraries.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	from := flag.String("from", ".", "folder of a module that requires the real libraries")
	out := flag.String("out", "..", "folder to write the modules into")
	roots := flag.String("root", "", "packages that are kept with all they import, except what is stubbed")
	stubs := flag.String("stub", "", "prefixes of the import paths that are stubbed")
	whole := flag.String("whole", "", "packages of which structs keep all fields, for they are read from JSON")
	quiet := flag.String("quiet", "", "prefixes of import paths whose functions do nothing instead of panicking")
	extra := flag.String("extra", "", "names needed beyond what is seen: `path.Type.Method`, comma-separated")
	flag.Parse()
	program := newProgram(words(*stubs))
	if err := program.list(*from, words(*roots)); err != nil {
		fail(err)
	}
	surface := newSurface(program, words(*whole))
	for _, name := range program.kept(words(*roots)) {
		surface.use(name)
	}
	for _, name := range words(*extra) {
		surface.add(name)
	}
	surface.close()
	if err := write(surface, *out, words(*quiet)); err != nil {
		fail(err)
	}
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' || r == ' ' })
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

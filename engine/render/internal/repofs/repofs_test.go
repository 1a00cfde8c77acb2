package repofs

import (
	"errors"
	"io/fs"
	"testing"
)

type oneFile struct{}

func (oneFile) Stat(path string) (Kind, error) {
	switch path {
	case "", "a":
		return Folder, nil
	case "a/b.yaml":
		return File, nil
	case "a/locked":
		return Absent, errors.New("permission denied")
	}
	return Absent, nil
}
func (oneFile) Read(string) ([]byte, error)   { return []byte("x: 1"), nil }
func (oneFile) List(string) ([]string, error) { return []string{"b.yaml", "locked"}, nil }

func TestPathsResolveBelowTheMountAndNotAboveIt(t *testing.T) {
	files := New(oneFile{})
	dir, name, err := files.CleanedAbs(Mount + "/a/../a/b.yaml")
	if err != nil || dir.String() != Mount+"/a" || name != "b.yaml" {
		t.Fatal(dir, name, err)
	}
	if _, _, err := files.CleanedAbs(Mount + "/a/../../etc"); err == nil || len(files.Outside()) != 1 {
		t.Fatal("a path out of the repository resolved", files.Outside())
	}
	if _, ok := RepoPath(Mount + "x/a"); ok {
		t.Fatal("a neighbour that begins like the mount counts as inside")
	}
}

func TestAbsenceAndFailureAreDifferent(t *testing.T) {
	files := New(oneFile{})
	if _, err := files.ReadFile("a/c.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if _, err := files.ReadFile("a/locked"); err == nil || errors.Is(err, fs.ErrNotExist) || files.Failures()["a/locked"] == nil {
		t.Fatal(err)
	}
	if content, err := files.ReadFile("a/b.yaml"); err != nil || string(content) != "x: 1" {
		t.Fatal(err)
	}
	if got := files.Files(); len(got) != 1 || got[0] != "a/b.yaml" {
		t.Fatal(got)
	}
}

func TestNothingCanBeWritten(t *testing.T) {
	files := New(oneFile{})
	_, createErr := files.Create("a/n")
	for what, err := range map[string]error{
		"create": createErr, "mkdir": files.Mkdir("n"), "mkdirall": files.MkdirAll("n/m"),
		"remove": files.RemoveAll("a"), "write": files.WriteFile("a/b.yaml", nil),
	} {
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

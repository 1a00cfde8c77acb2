// Package repofs shows one repository to kustomize as a read-only file system.
package repofs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"plumbline.dev/engine/render/internal/aliases"
)

// Mount is where the repository's root stands. It is not "/" so that a path that climbs out of the repository is seen
// to do so instead of being cut off at the top.
const Mount = "/repository.plumbline"

// Kind is what stands at a path.
type Kind int32

const (
	Absent Kind = iota
	File
	Folder
)

// Source reads the repository. Paths are relative to its root, "" for the root itself. Nothing there is no error:
// Absent, or a nil slice.
type Source interface {
	Stat(path string) (Kind, error)
	Read(path string) ([]byte, error)
	List(path string) ([]string, error)
}

// Entry is a file or folder directly in a folder.
type Entry struct {
	Name     string
	IsFolder bool
}

// FS implements kustomize's filesys.FileSystem over a Source and notes what was read.
type FS struct {
	source   Source
	contents map[string][]byte
	order    []string
	missing  []string
	outside  []string
	failures map[string]error
}

var _ filesys.FileSystem = (*FS)(nil)

// New makes a file system over a source; use a new one for each request.
func New(source Source) *FS {
	return &FS{source: source, contents: map[string][]byte{}, failures: map[string]error{}}
}

// Files are the repository paths of the files read so far, in order of their first reading.
func (f *FS) Files() []string { return f.order }

// Content is what a file read so far holds.
func (f *FS) Content(file string) []byte { return f.contents[file] }

// Missing are the paths asked for as a file or folder to load where nothing stands, in order.
func (f *FS) Missing() []string { return f.missing }

// Outside are the paths asked for that leave the repository, as the kustomization leads to them.
func (f *FS) Outside() []string { return f.outside }

// Failures are the paths that stand in the tree and cannot be read, with the reason.
func (f *FS) Failures() map[string]error { return f.failures }

// RepoPath turns a path below Mount into a repository path; false for one that leaves the repository.
func RepoPath(name string) (string, bool) {
	if !path.IsAbs(name) {
		name = path.Join(Mount, name)
	}
	name = path.Clean(name)
	if name == Mount {
		return "", true
	}
	return strings.CutPrefix(name, Mount+"/")
}

func (f *FS) stat(name string) (string, Kind, error) {
	inside, ok := RepoPath(name)
	if !ok {
		f.outside = append(f.outside, name)
		return "", Absent, &fs.PathError{Op: "stat", Path: name, Err: errors.New("outside of the repository")}
	}
	kind, err := f.source.Stat(inside)
	if err != nil {
		f.failures[inside] = err
		return inside, Absent, &fs.PathError{Op: "stat", Path: inside, Err: err}
	}
	return inside, kind, nil
}

// CleanedAbs implements filesys.FileSystem; there are no links here, so cleaning is all it takes.
func (f *FS) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	inside, kind, err := f.stat(name)
	if err != nil {
		return "", "", err
	}
	full := path.Join(Mount, inside)
	switch kind {
	case Folder:
		return filesys.ConfirmedDir(full), "", nil
	case File:
		return filesys.ConfirmedDir(path.Dir(full)), path.Base(full), nil
	default:
		return "", "", f.absent("open", inside)
	}
}

// ReadFile implements filesys.FileSystem.
func (f *FS) ReadFile(name string) ([]byte, error) {
	inside, kind, err := f.stat(name)
	if err != nil {
		return nil, err
	}
	switch kind {
	case Folder:
		return nil, &fs.PathError{Op: "read", Path: inside, Err: errors.New("is a folder")}
	case Absent:
		return nil, f.absent("read", inside)
	}
	content, err := f.source.Read(inside)
	if err == nil {
		err = aliases.Check(content)
	}
	if err != nil {
		f.failures[inside] = err
		return nil, &fs.PathError{Op: "read", Path: inside, Err: err}
	}
	if content == nil {
		return nil, f.absent("read", inside)
	}
	if _, seen := f.contents[inside]; !seen {
		f.order = append(f.order, inside)
	}
	f.contents[inside] = content
	return content, nil
}

func (f *FS) absent(op, inside string) error {
	f.missing = append(f.missing, inside)
	return &fs.PathError{Op: op, Path: inside, Err: fs.ErrNotExist}
}

// IsDir implements filesys.FileSystem.
func (f *FS) IsDir(name string) bool {
	_, kind, err := f.stat(name)
	return err == nil && kind == Folder
}

// Exists implements filesys.FileSystem.
func (f *FS) Exists(name string) bool {
	_, kind, err := f.stat(name)
	return err == nil && kind != Absent
}

// ReadDir implements filesys.FileSystem.
func (f *FS) ReadDir(name string) ([]string, error) {
	inside, _, err := f.stat(name)
	if err != nil {
		return nil, err
	}
	names, err := f.source.List(inside)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: inside, Err: err}
	}
	if names == nil {
		return nil, f.absent("readdir", inside)
	}
	return names, nil
}

// Walk implements filesys.FileSystem. Rendering never walks; a use of it would read more than the request declares.
func (f *FS) Walk(name string, _ filepath.WalkFunc) error { return refuse("walk", name) }

// Glob implements filesys.FileSystem. Rendering never globs.
func (f *FS) Glob(pattern string) ([]string, error) { return nil, refuse("glob", pattern) }

// Open implements filesys.FileSystem.
func (f *FS) Open(name string) (filesys.File, error) { return nil, refuse("open", name) }

// Create implements filesys.FileSystem.
func (f *FS) Create(name string) (filesys.File, error) { return nil, refuse("create", name) }

// Mkdir implements filesys.FileSystem.
func (f *FS) Mkdir(name string) error { return refuse("mkdir", name) }

// MkdirAll implements filesys.FileSystem.
func (f *FS) MkdirAll(name string) error { return refuse("mkdir", name) }

// RemoveAll implements filesys.FileSystem.
func (f *FS) RemoveAll(name string) error { return refuse("remove", name) }

// WriteFile implements filesys.FileSystem.
func (f *FS) WriteFile(name string, _ []byte) error { return refuse("write", name) }

func refuse(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: fmt.Errorf("the repository is read-only here: %w", fs.ErrPermission)}
}

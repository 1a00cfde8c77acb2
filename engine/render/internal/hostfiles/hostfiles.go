//go:build wasip1

// Package hostfiles is the repository as the host shows it, through five host functions.
package hostfiles

import (
	"encoding/json"
	"errors"
	"strings"
	"unsafe"

	"plumbline.dev/engine/render/internal/repofs"
)

// The host answers in two steps because only the module can allocate: first the size of the answer, then its bytes.
// Negative answers: -1 nothing there, -2 failed and `take` gives the message.
const (
	hostAbsent = -1
	hostFailed = -2
)

//go:wasmimport plumbline stat
func hostStat(path unsafe.Pointer, size uint32) int32

//go:wasmimport plumbline read
func hostRead(path unsafe.Pointer, size uint32) int32

//go:wasmimport plumbline list
func hostList(path unsafe.Pointer, size uint32) int32

//go:wasmimport plumbline failure
func hostFailure() int32

//go:wasmimport plumbline take
func hostTake(into unsafe.Pointer)

// Files is the repository as the host shows it.
type Files struct{}

var _ repofs.Source = Files{}

// Stat implements repofs.Source.
func (Files) Stat(path string) (repofs.Kind, error) {
	switch answer := ask(hostStat, path); answer {
	case hostAbsent:
		return repofs.Absent, nil
	case hostFailed:
		return repofs.Absent, failure()
	default:
		return repofs.Kind(answer), nil
	}
}

// Read implements repofs.Source.
func (Files) Read(path string) ([]byte, error) { return take(ask(hostRead, path)) }

// List implements repofs.Source.
func (Files) List(path string) ([]string, error) {
	raw, err := take(ask(hostList, path))
	if raw == nil || err != nil {
		return nil, err
	}
	names := []string{}
	err = json.Unmarshal(raw, &names)
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, folderSign)
	}
	return names, err
}

// folderSign is what the host puts behind the names of folders.
const folderSign = "/"

// Entries are the files and folders directly in a folder; nil where there is none.
func (Files) Entries(path string) ([]repofs.Entry, error) {
	raw, err := take(ask(hostList, path))
	if raw == nil || err != nil {
		return nil, err
	}
	names := []string{}
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, err
	}
	entries := make([]repofs.Entry, len(names))
	for i, name := range names {
		bare, isFolder := strings.CutSuffix(name, folderSign)
		entries[i] = repofs.Entry{Name: bare, IsFolder: isFolder}
	}
	return entries, nil
}

func ask(call func(unsafe.Pointer, uint32) int32, path string) int32 {
	return call(unsafe.Pointer(unsafe.StringData(path)), uint32(len(path)))
}

func take(size int32) ([]byte, error) {
	switch size {
	case hostAbsent:
		return nil, nil
	case hostFailed:
		return nil, failure()
	}
	content := make([]byte, size)
	hostTake(unsafe.Pointer(unsafe.SliceData(content)))
	return content, nil
}

func failure() error {
	message := make([]byte, hostFailure())
	hostTake(unsafe.Pointer(unsafe.SliceData(message)))
	return errors.New(string(message))
}

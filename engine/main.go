//go:build wasip1

// Command engine is the WebAssembly module in which the reconcilers' own libraries run for Plumbline: JSON requests in,
// JSON replies out, files only through the host. It is a reactor: the host calls `_initialize` once, then for each
// request `alloc`, a write into memory, `kustomize`, a read, `release`.
package main

import (
	"encoding/json"
	"runtime/debug"
	"unsafe"

	"plumbline.dev/engine/internal/render"
)

// buffers keeps what the host reads or writes reachable: the collector does not see pointers held outside the module.
var buffers = map[uint32][]byte{}

func keep(b []byte) uint32 {
	if len(b) == 0 {
		b = make([]byte, 1)
	}
	p := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b))))
	buffers[p] = b
	return p
}

// alloc reserves size bytes for a request and returns their address.
//
//go:wasmexport alloc
func alloc(size uint32) uint32 { return keep(make([]byte, size)) }

// release gives back the memory of a request or a reply.
//
//go:wasmexport release
func release(pointer uint32) { delete(buffers, pointer) }

// kustomize renders the request at pointer and returns the reply as address<<32 | length.
//
//go:wasmexport kustomize
func kustomize(pointer, size uint32) uint64 {
	reply, err := json.Marshal(answer(buffers[pointer][:size]))
	if err != nil {
		reply = []byte(`{"objects":[],"problems":[{"severity":"error","message":"the reply is no JSON"}]}`)
	}
	return uint64(keep(reply))<<32 | uint64(len(reply))
}

func answer(request []byte) render.Reply {
	var asked render.Request
	if err := json.Unmarshal(request, &asked); err != nil {
		return render.Failed("the request is no JSON: " + err.Error())
	}
	return render.Kustomize(asked, hostFiles{})
}

// A build makes much garbage over a small heap; collecting at five times the heap instead of twice saves a fifth of its
// time. The limit keeps large builds from multiplying that.
func init() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(384 << 20)
}

func main() {}

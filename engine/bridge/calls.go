//go:build wasip1

package bridge

import (
	"encoding/json"
	"runtime/debug"
	"unsafe"
)

// handle makes the reply to a request; set by Serve before the host can call.
var handle func(request []byte) any

// Serve says what the module does. Call it from an init function: a reactor's main never runs.
func Serve(answer func(request []byte) any) { handle = answer }

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

// answer works on the request at pointer and returns the reply as address<<32 | length.
//
//go:wasmexport answer
func answer(pointer, size uint32) uint64 {
	reply, err := json.Marshal(handle(buffers[pointer][:size]))
	if err != nil {
		reply = []byte(`{"objects":[],"problems":[{"severity":"error","message":"the reply is no JSON"}]}`)
	}
	return uint64(keep(reply))<<32 | uint64(len(reply))
}

// A build makes much garbage over a small heap; collecting at five times the heap instead of twice saves a fifth of its
// time. The limit keeps large builds from multiplying that.
func init() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(384 << 20)
}

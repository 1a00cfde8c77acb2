package lua

import (
	"context"
	"time"
)

// limit is how long Argo CD lets a script run.
const limit = time.Second

// stepsBetweenLooks keeps the clock out of most instructions: looking costs more than what most of them do.
const stepsBetweenLooks = 64

// deadline ends a script by itself. A context's timer would not: WebAssembly has one thread, which a script that never
// waits never gives back. Lua asks Done before each instruction, so that is where the clock is looked at.
type deadline struct {
	context.Context
	end   time.Time
	steps int
	done  chan struct{}
}

func newDeadline() *deadline {
	return &deadline{Context: context.Background(), end: time.Now().Add(limit), done: make(chan struct{})}
}

func (d *deadline) isOver() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// Done counts as one step.
func (d *deadline) Done() <-chan struct{} {
	d.steps++
	if d.steps%stepsBetweenLooks == 0 && !d.isOver() && time.Now().After(d.end) {
		close(d.done)
	}
	return d.done
}

// Err is nil until the time is over.
func (d *deadline) Err() error {
	if d.isOver() {
		return context.DeadlineExceeded
	}
	return nil
}

// AfterFunc spares contexts made from this one (a coroutine's) the goroutine that would wait for it.
func (d *deadline) AfterFunc(func()) func() bool { return func() bool { return true } }

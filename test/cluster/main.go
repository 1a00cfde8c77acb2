// Command cluster is the Kubernetes control plane the tests and the lab run against: etcd, kube-apiserver and
// kube-controller-manager of the real project, with stand-ins only for what needs a machine (scheduler, kubelet,
// load balancer).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: cluster serve|redis [flags]")
	}
	ctx, stop := untilToldToEnd()
	defer stop()
	switch args[0] {
	case "serve":
		return serve(ctx, args[1:])
	case "redis":
		return serveRedis(ctx, args[1:])
	case controllerManagerCommand:
		return runControllerManager(ctx, args[1:])
	default:
		return fmt.Errorf("unknown command %q", args[0])
	}
}

// untilToldToEnd returns a context that ends on SIGTERM, SIGINT or when standard input closes. The last one is how a
// child notices that its parent died without having been able to say so.
func untilToldToEnd() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		buffer := make([]byte, 256)
		for {
			if _, err := os.Stdin.Read(buffer); err != nil {
				return
			}
		}
	}()
	return ctx, func() { cancel(); stop() }
}

// runControllerManager is what the re-executed binary does: API server and controller manager in one process panic,
// because each insists on setting up logging once.
func runControllerManager(ctx context.Context, args []string) error {
	go func() {
		<-ctx.Done()
		os.Exit(0)
	}()
	command := kcm.NewControllerManagerCommand()
	command.SetArgs(args)
	return command.ExecuteContext(ctx)
}

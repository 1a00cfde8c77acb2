package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const controllerManagerCommand = "controller-manager"

// Cold starts on a busy two-core machine take seconds; past this something is broken rather than slow.
const startDeadline = 90 * time.Second

type options struct {
	dir          string
	apiPort      int
	etcdPort     int
	etcdPeerPort int
	podStart     time.Duration
	apiFlags     []string
}

// readyLine is the one line on standard output.
type readyLine struct {
	Ready      bool              `json:"ready"`
	Server     string            `json:"server"`
	Kubeconfig string            `json:"kubeconfig"`
	Context    string            `json:"context"`
	Tokens     map[string]string `json:"tokens"`
}

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", "", "folder for etcd, certificates and the kubeconfig")
	flags.IntVar(&o.apiPort, "api-port", 0, "port of the API server")
	flags.IntVar(&o.etcdPort, "etcd-port", 0, "client port of etcd")
	flags.IntVar(&o.etcdPeerPort, "etcd-peer-port", 0, "peer port of etcd")
	flags.DurationVar(&o.podStart, "pod-start", 200*time.Millisecond, "how long a pod takes to become ready")
	flags.Func("api-flag", "one more flag of kube-apiserver, as --name=value; may be repeated", func(flag string) error {
		o.apiFlags = append(o.apiFlags, flag)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.dir == "" || o.apiPort == 0 || o.etcdPort == 0 || o.etcdPeerPort == 0 {
		return o, errors.New("serve needs --dir, --api-port, --etcd-port and --etcd-peer-port")
	}
	dir, err := filepath.Abs(o.dir)
	o.dir = dir
	return o, err
}

func serve(ctx context.Context, args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	access, err := writeAccess(o.dir, o.apiPort)
	if err != nil {
		return err
	}
	etcd, err := startEtcd(ctx, o)
	if err != nil {
		return err
	}
	// Not Close: it waits seconds for clients that are ending with this very process.
	defer etcd.Server.HardStop()
	go func() { cancel(fmt.Errorf("kube-apiserver ended: %w", runAPIServer(ctx, o, access))) }()

	client, err := newClient(access.kubeconfig)
	if err != nil {
		return err
	}
	if err := waitForAPIServer(ctx, client); err != nil {
		return err
	}
	manager, err := startControllerManager(o, access)
	if err != nil {
		return err
	}
	defer manager.stop()
	go func() { cancel(fmt.Errorf("kube-controller-manager ended: %w", manager.wait())) }()

	if err := startStandIns(ctx, client, o.podStart); err != nil {
		return err
	}
	if err := bootstrap(ctx, client); err != nil {
		return err
	}
	line := readyLine{Ready: true, Server: access.server, Kubeconfig: access.kubeconfig, Context: contextName, Tokens: access.tokens}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		return err
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func startEtcd(ctx context.Context, o options) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(o.dir, "etcd")
	client := url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", o.etcdPort)}
	peer := url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", o.etcdPeerPort)}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "error"
	// The cluster is thrown away: surviving a power cut is worth nothing here and costs most of the start.
	config.UnsafeNoFsync = true
	// An election with one member needs no long heartbeat.
	config.TickMs, config.ElectionMs = 10, 100
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, err
	case <-ctx.Done():
		etcd.Close()
		return nil, ctx.Err()
	}
}

func runAPIServer(ctx context.Context, o options, access access) error {
	command := apiserver.NewAPIServerCommand()
	command.SetArgs(append([]string{
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", o.etcdPort),
		fmt.Sprintf("--secure-port=%d", o.apiPort),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		// A loopback address is refused as an endpoint of the `kubernetes` service, so do not try to publish one.
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=" + access.serverCert,
		"--tls-private-key-file=" + access.serverKey,
		"--token-auth-file=" + access.tokenFile,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-signing-key-file=" + access.serviceAccountKey,
		"--service-account-key-file=" + access.serviceAccountKey,
		"--service-cluster-ip-range=10.96.0.0/16",
		"--allow-privileged=true",
		// Nobody removes the taint that this plugin puts on a new node: node-lifecycle does not run.
		"--disable-admission-plugins=TaintNodesByCondition",
	}, o.apiFlags...))
	return command.ExecuteContext(ctx)
}

func newClient(kubeconfig string) (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 200, 400
	config.UserAgent = "kubelet/stand-in"
	return kubernetes.NewForConfig(config)
}

func waitForAPIServer(ctx context.Context, client *kubernetes.Clientset) error {
	return eventually(ctx, "the API server to be ready", func(ctx context.Context) bool {
		body, err := client.RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return err == nil && string(body) == "ok"
	})
}

// eventually asks until the answer is yes, the start deadline has passed or the context ended.
func eventually(ctx context.Context, what string, ask func(context.Context) bool) error {
	limited, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !ask(limited) {
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("gave up after %s waiting for %s", startDeadline, what)
		case <-ticker.C:
		}
	}
	return nil
}

type child struct {
	command *exec.Cmd
	stdin   io.Closer
	done    chan struct{}
	err     error
}

func startControllerManager(o options, access access) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.Command(self, controllerManagerCommand,
		"--kubeconfig="+access.kubeconfig,
		"--leader-elect=false",
		"--use-service-account-credentials=false",
		"--service-account-private-key-file="+access.serviceAccountKey,
		"--root-ca-file="+access.ca,
		"--secure-port=0",
		"--kube-api-qps=200",
		"--kube-api-burst=400",
		// What manages machines, disks and cloud accounts has nothing to do here.
		"--controllers=*,-node-ipam-controller,-node-lifecycle-controller,-node-route-controller,"+
			"-cloud-node-lifecycle-controller,-service-lb-controller,-taint-eviction-controller,"+
			"-persistentvolume-attach-detach-controller,-persistentvolume-binder-controller,"+
			"-persistentvolume-expander-controller,-ttl-controller,-bootstrap-signer-controller,"+
			"-token-cleaner-controller,-pod-garbage-collector-controller")
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	c := &child{command: command, stdin: stdin, done: make(chan struct{})}
	go func() {
		c.err = command.Wait()
		close(c.done)
	}()
	return c, nil
}

func (c *child) wait() error {
	<-c.done
	return c.err
}

func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(3 * time.Second):
		_ = c.command.Process.Kill()
		<-c.done
	}
}

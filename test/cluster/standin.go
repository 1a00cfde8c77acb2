package main

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// loadBalancerIP is from TEST-NET-1 (RFC 5737): nothing answers there, and nothing can be hit by mistake.
const loadBalancerIP = "192.0.2.10"

// reconciler brings the object of one key up to date. A duration above zero asks to be called again after it.
type reconciler func(ctx context.Context, key string) (time.Duration, error)

// startStandIns runs what plays scheduler, kubelet and load balancer until the context ends.
func startStandIns(ctx context.Context, client kubernetes.Interface, podStart time.Duration) error {
	if err := createNode(ctx, client); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := &podStandIn{client: client, lister: factory.Core().V1().Pods().Lister(), start: podStart}
	services := factory.Core().V1().Services()
	ingresses := factory.Networking().V1().Ingresses()
	jobs := []struct {
		informer  cache.SharedIndexInformer
		reconcile reconciler
	}{
		{factory.Core().V1().Pods().Informer(), pods.reconcile},
		{services.Informer(), balance(services.Lister().Services, func(ctx context.Context, s *corev1.Service) error {
			if s.Spec.Type != corev1.ServiceTypeLoadBalancer || len(s.Status.LoadBalancer.Ingress) > 0 {
				return nil
			}
			next := s.DeepCopy()
			next.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: loadBalancerIP}}
			_, err := client.CoreV1().Services(s.Namespace).UpdateStatus(ctx, next, metav1.UpdateOptions{})
			return err
		})},
		{ingresses.Informer(), balance(ingresses.Lister().Ingresses, func(ctx context.Context, i *networkingv1.Ingress) error {
			if len(i.Status.LoadBalancer.Ingress) > 0 {
				return nil
			}
			next := i.DeepCopy()
			next.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: loadBalancerIP}}
			_, err := client.NetworkingV1().Ingresses(i.Namespace).UpdateStatus(ctx, next, metav1.UpdateOptions{})
			return err
		})},
	}
	for _, job := range jobs {
		if err := work(ctx, job.informer, job.reconcile); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return errors.New("could not watch " + kind.String())
		}
	}
	return nil
}

// getter is the part of a namespaced lister that balance needs.
type getter[T any] interface {
	Get(name string) (T, error)
}

// balance looks the object of a key up and hands it to assign, which gives it an address when it lacks one.
func balance[T any, L getter[T]](lister func(string) L, assign func(context.Context, T) error) reconciler {
	return func(ctx context.Context, key string) (time.Duration, error) {
		namespace, name, err := cache.SplitMetaNamespaceKey(key)
		if err != nil {
			return 0, err
		}
		object, err := lister(namespace).Get(name)
		if apierrors.IsNotFound(err) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		return 0, assign(ctx, object)
	}
}

// work queues the key of every object an informer reports and calls the reconciler, two keys at a time.
func work(ctx context.Context, informer cache.SharedIndexInformer, reconcile reconciler) error {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](50*time.Millisecond, 5*time.Second))
	enqueue := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			queue.Add(key)
		}
	}
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, object any) { enqueue(object) },
	}); err != nil {
		return err
	}
	for range 2 {
		go wait.UntilWithContext(ctx, func(ctx context.Context) {
			for next(ctx, queue, reconcile) {
			}
		}, time.Second)
	}
	go func() {
		<-ctx.Done()
		queue.ShutDown()
	}()
	return nil
}

func next(ctx context.Context, queue workqueue.TypedRateLimitingInterface[string], reconcile reconciler) bool {
	key, shutdown := queue.Get()
	if shutdown {
		return false
	}
	defer queue.Done(key)
	again, err := reconcile(ctx, key)
	switch {
	case err == nil, apierrors.IsNotFound(err):
		queue.Forget(key)
		if again > 0 {
			queue.AddAfter(key, again)
		}
	default:
		// Mostly a conflict with a write that the informer has not shown yet.
		queue.AddRateLimited(key)
	}
	return true
}

package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

const nodeName = "lab-node"

// brokenTag on an image makes its container fail to pull, as a tag that was never pushed would.
const brokenTag = ":broken"

// podStandIn plays scheduler and kubelet: it binds pods to the one node, reports their containers and lets go of
// deleted ones. No container runs.
type podStandIn struct {
	client kubernetes.Interface
	lister corelisters.PodLister
	start  time.Duration
	lastIP atomic.Uint32
}

func createNode(ctx context.Context, client kubernetes.Interface) error {
	now := metav1.Now()
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: nodeName, Labels: map[string]string{
			corev1.LabelHostname: nodeName, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
		}},
		Status: corev1.NodeStatus{
			Conditions: []corev1.NodeCondition{{
				Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady",
				LastHeartbeatTime: now, LastTransitionTime: now,
			}},
		},
	}
	_, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (s *podStandIn) reconcile(ctx context.Context, key string) (time.Duration, error) {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return 0, err
	}
	pod, err := s.lister.Pods(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	pods := s.client.CoreV1().Pods(namespace)
	switch {
	case pod.DeletionTimestamp != nil:
		now := int64(0)
		return 0, pods.Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: &now})
	case pod.Spec.NodeName == "":
		return 0, pods.Bind(ctx, &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: nodeName},
		}, metav1.CreateOptions{})
	case isReported(pod):
		return 0, nil
	}
	if wait := s.start - time.Since(pod.CreationTimestamp.Time); wait > 0 && wait <= s.start {
		return wait, nil
	}
	next := pod.DeepCopy()
	s.report(next)
	_, err = pods.UpdateStatus(ctx, next, metav1.UpdateOptions{})
	return 0, err
}

// isReported tells whether the status already speaks about the images that the pod declares now.
func isReported(pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return true
	}
	if len(pod.Status.ContainerStatuses) != len(pod.Spec.Containers) {
		return false
	}
	for i, container := range pod.Spec.Containers {
		if pod.Status.ContainerStatuses[i].Image != container.Image {
			return false
		}
	}
	return true
}

func (s *podStandIn) report(pod *corev1.Pod) {
	now := metav1.Now()
	runsToEnd := pod.Spec.RestartPolicy != corev1.RestartPolicyAlways
	status := &pod.Status
	status.StartTime = &now
	status.InitContainerStatuses = nil
	initialised := true
	for _, container := range pod.Spec.InitContainers {
		sidecar := container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways
		reported := containerStatus(container, now, !sidecar)
		initialised = initialised && reported.State.Waiting == nil
		status.InitContainerStatuses = append(status.InitContainerStatuses, reported)
	}
	status.ContainerStatuses = nil
	pulled := initialised
	for _, container := range pod.Spec.Containers {
		reported := containerStatus(container, now, runsToEnd)
		if !initialised {
			reported = waitingStatus(container, "PodInitializing", "")
		}
		pulled = pulled && reported.State.Waiting == nil
		status.ContainerStatuses = append(status.ContainerStatuses, reported)
	}
	switch {
	case !pulled:
		status.Phase = corev1.PodPending
	case runsToEnd:
		status.Phase = corev1.PodSucceeded
	default:
		status.Phase = corev1.PodRunning
	}
	if status.PodIP == "" {
		status.PodIP = s.nextIP()
		status.PodIPs = []corev1.PodIP{{IP: status.PodIP}}
	}
	status.Conditions = podConditions(status, initialised, pulled && !runsToEnd, now)
}

func (s *podStandIn) nextIP() string {
	n := s.lastIP.Add(1)
	return fmt.Sprintf("10.244.%d.%d", n/250%250, n%250+2)
}

func podConditions(status *corev1.PodStatus, initialised, ready bool, now metav1.Time) []corev1.PodCondition {
	condition := func(kind corev1.PodConditionType, isTrue bool, reason string) corev1.PodCondition {
		c := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: now}
		if !isTrue {
			c.Status, c.Reason = corev1.ConditionFalse, reason
		}
		return c
	}
	notReady := "ContainersNotReady"
	if status.Phase == corev1.PodSucceeded {
		notReady = "PodCompleted"
	}
	return []corev1.PodCondition{
		condition(corev1.PodScheduled, true, ""),
		condition(corev1.PodInitialized, initialised, "ContainersNotInitialized"),
		condition(corev1.ContainersReady, ready, notReady),
		condition(corev1.PodReady, ready, notReady),
	}
}

func containerStatus(container corev1.Container, now metav1.Time, ended bool) corev1.ContainerStatus {
	if strings.HasSuffix(container.Image, brokenTag) {
		return waitingStatus(container, "ImagePullBackOff", fmt.Sprintf(
			"Back-off pulling image %q: manifest for %s not found: manifest unknown", container.Image, container.Image))
	}
	running := !ended
	status := corev1.ContainerStatus{
		Name: container.Name, Image: container.Image, ImageID: "stand-in://" + container.Image,
		Ready: running, Started: &running,
	}
	if ended {
		status.State.Terminated = &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: now, FinishedAt: now}
		return status
	}
	status.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
	return status
}

func waitingStatus(container corev1.Container, reason, message string) corev1.ContainerStatus {
	started := false
	return corev1.ContainerStatus{
		Name: container.Name, Image: container.Image, Started: &started,
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}
}

package main

import (
	"context"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

var readVerbs = []string{"get", "list", "watch"}

// bootstrap grants the lab's users their rights and returns once pods can be created, which needs the service account
// `default` of the namespace `default`.
func bootstrap(ctx context.Context, client kubernetes.Interface) error {
	viewReconcilers := &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{
			Name: "lab-view-reconcilers",
			// The same aggregation that Flux's own `flux-view` uses, so that `view` covers the reconcilers' objects.
			Labels: map[string]string{"rbac.authorization.k8s.io/aggregate-to-view": "true"},
		},
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"argoproj.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"},
			Resources: []string{"*"},
			Verbs:     readVerbs,
		}},
	}
	viewers := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "lab-viewers"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: "lab:viewers"}},
	}
	namespaced := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "lab-namespaced", Namespace: metav1.NamespaceDefault},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: "lab:namespaced"}},
	}
	rbac := client.RbacV1()
	_, roleErr := rbac.ClusterRoles().Create(ctx, viewReconcilers, metav1.CreateOptions{})
	_, viewErr := rbac.ClusterRoleBindings().Create(ctx, viewers, metav1.CreateOptions{})
	_, nsErr := rbac.RoleBindings(metav1.NamespaceDefault).Create(ctx, namespaced, metav1.CreateOptions{})
	for _, err := range []error{roleErr, viewErr, nsErr} {
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return eventually(ctx, "the service account default", func(ctx context.Context) bool {
		_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
}

// Command appsets makes the Applications of ApplicationSets with Argo CD's own generators and renderer, for comparing the
// engine with. `appsets REPOSITORY` reads JSON lines, each a set and the hub's cluster Secrets, and prints a JSON line for
// each: the Applications, or the error that keeps Argo CD from making any.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	log "github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	fakekube "k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/services"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

const namespace = "argocd"

// repository answers as Argo CD's repo-server does: files by `git ls-files`, folders by walking.
type repository string

func (r repository) GetFiles(_ context.Context, _, _, _, pattern string, _, _ bool) (map[string][]byte, error) {
	list := exec.Command("git", "ls-files", "--full-name", "-z", "--", pattern)
	list.Dir = string(r)
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		if files[name], err = os.ReadFile(filepath.Join(string(r), name)); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (r repository) GetDirectories(context.Context, string, string, string, bool, bool) ([]string, error) {
	var folders []string
	err := filepath.WalkDir(string(r), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || path == string(r) {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		relative, err := filepath.Rel(string(r), path)
		folders = append(folders, relative)
		return err
	})
	return folders, err
}

type request struct {
	Set      v1alpha1.ApplicationSet `json:"set"`
	Clusters []corev1.Secret         `json:"clusters"`
}

type reply struct {
	Applications []v1alpha1.Application `json:"applications"`
	Error        string                 `json:"error,omitempty"`
}

func expand(asked request, repo services.Repos) reply {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	objects := []client.Object{&v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: namespace}}}
	secrets := []runtime.Object{}
	for i := range asked.Clusters {
		objects = append(objects, &asked.Clusters[i])
		secrets = append(secrets, &asked.Clusters[i])
	}
	store := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
	terminal := map[string]generators.Generator{
		"List":     generators.NewListGenerator(),
		"Git":      generators.NewGitGenerator(repo, namespace),
		"Clusters": generators.NewClusterGenerator(context.Background(), store, fakekube.NewClientset(secrets...), namespace),
	}
	nested := with(terminal, "Matrix", generators.NewMatrixGenerator(terminal))
	nested["Merge"] = generators.NewMergeGenerator(terminal)
	all := with(terminal, "Matrix", generators.NewMatrixGenerator(nested))
	all["Merge"] = generators.NewMergeGenerator(nested)
	entry := log.NewEntry(log.StandardLogger())
	applications, _, err := template.GenerateApplications(entry, asked.Set, all, &utils.Render{}, store)
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Applications: applications}
}

func with(some map[string]generators.Generator, name string, generator generators.Generator) map[string]generators.Generator {
	all := map[string]generators.Generator{name: generator}
	for key, each := range some {
		all[key] = each
	}
	return all
}

func main() {
	log.SetOutput(io.Discard)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	replies := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			_ = replies.Encode(reply{Error: err.Error()})
			continue
		}
		_ = replies.Encode(expand(asked, repository(os.Args[1])))
	}
}

package classic

import (
	"context"
	"strings"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	enginecontext "github.com/kyverno/kyverno/pkg/engine/context"
	"github.com/kyverno/kyverno/pkg/engine/factories"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/globalcontext/store"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/values"
)

// contextLoader makes what fills a rule's context. The engine asks for it once for each rule that matches, which tells
// whose the things are that turn out to be missing.
func (e *Engine) contextLoader(configMaps engineapi.ConfigmapResolver, globals globalStore) engineapi.ContextLoaderFactory {
	standard := factories.DefaultContextLoaderFactory(configMaps, factories.WithGlobalContextStore(globals))
	return func(policy kyvernov1.PolicyInterface, rule kyvernov1.Rule) engineapi.ContextLoader {
		e.noteMissing(rule.Name)
		return loader{standard(policy, rule), e.values.ForRule(policy.GetName(), baseName(rule.Name)), e.objectValues}
	}
}

// noteMissing keeps what was missing up to here for the rule before, and starts with the next one.
func (e *Engine) noteMissing(next string) {
	if missing := e.world.TakeMissing(); missing != "" {
		e.missing[e.missing[""]] = missing
	}
	e.missing[""] = next
}

type loader struct {
	standard engineapi.ContextLoader
	// given stand for a rule's variables; ofObject are in the context already.
	given, ofObject values.Values
}

// Load takes what the Values give for a rule, and asks for the rest.
func (l loader) Load(
	ctx context.Context,
	jp jmespath.Interface,
	client engineapi.RawClient,
	registries engineapi.RegistryClientFactory,
	entries []kyvernov1.ContextEntry,
	into enginecontext.Interface,
) error {
	for name, value := range l.given {
		if err := into.AddVariable(name, value); err != nil {
			return err
		}
	}
	var rest []kyvernov1.ContextEntry
	for _, entry := range entries {
		if entry.Variable != nil || !l.gives(entry.Name) {
			rest = append(rest, entry)
		}
	}
	return l.standard.Load(ctx, jp, client, registries, rest, into)
}

func (l loader) gives(entry string) bool {
	for _, given := range []values.Values{l.given, l.ofObject} {
		for name := range given {
			if name == entry || strings.HasPrefix(name, entry+".") {
				return true
			}
		}
	}
	return false
}

// registry is no registry: what images hold cannot be known here.
type registry struct{ world *known.World }

// GetClient says that it is missing.
func (r registry) GetClient(context.Context, *kyvernov1.ImageRegistryCredentials, string, []string) (engineapi.RegistryClient, error) {
	return nil, r.world.Miss("needs data of an image from its registry")
}

// globalStore gives GlobalContextEntries that hold objects of the cluster.
type globalStore struct {
	world   *known.World
	entries map[string]contract.Object
}

// Get finds an entry by name; what it holds is asked for later.
func (g globalStore) Get(name string) (store.Entry, bool) {
	return global{g.world, name, g.entries[name]}, true
}

type global struct {
	world *known.World
	name  string
	entry contract.Object
}

// Get gives the objects of an entry of kind kubernetesResource.
func (g global) Get(projection string) (any, error) {
	spec, _ := g.entry["spec"].(map[string]any)
	resource, ok := spec["kubernetesResource"].(map[string]any)
	if !ok || projection != "" {
		return nil, g.world.Miss("needs the global context entry %s", g.name)
	}
	word := func(name string) string {
		text, _ := resource[name].(string)
		return text
	}
	return known.Client{World: g.world}.ListPlural(word("group"), word("resource"), word("namespace"))
}

// Stop has nothing to stop.
func (g global) Stop() {}

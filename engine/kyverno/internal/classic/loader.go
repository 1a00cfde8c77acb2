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

	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/values"
)

// contextLoader makes what fills a rule's context. The engine asks for it once for each rule that matches, which tells
// whose the things are that turn out to be missing.
func (e *Engine) contextLoader(configMaps engineapi.ConfigmapResolver, globals globalStore) engineapi.ContextLoaderFactory {
	standard := factories.DefaultContextLoaderFactory(configMaps, factories.WithGlobalContextStore(globals))
	return func(policy kyvernov1.PolicyInterface, rule kyvernov1.Rule) engineapi.ContextLoader {
		e.noteMissing(rule.Name)
		return loader{standard(policy, rule), e.world, e.values.ForRule(policy.GetName(), baseName(rule.Name)), e.objectValues}
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
	world    *known.World
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
	for i, entry := range entries {
		var err error
		switch {
		case entry.Variable == nil && l.gives(entry.Name):
		case entry.APICall != nil && entry.APICall.Service != nil:
			err = into.AddDeferredLoader(service{l.world, entry})
		default:
			err = l.standard.Load(ctx, jp, client, registries, entries[i:i+1], into)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

// globalStore gives GlobalContextEntries.
type globalStore struct{ client known.Client }

// Get finds an entry by name; what it holds is asked for later.
func (g globalStore) Get(name string) (store.Entry, bool) { return global{g.client, name}, true }

type global struct {
	client known.Client
	name   string
}

// Get gives what the entry holds.
func (g global) Get(projection string) (any, error) { return g.client.Global(g.name, projection) }

// Stop has nothing to stop.
func (g global) Stop() {}

// service stands for a context entry that asks a server outside of the cluster, which only counts once it is used.
type service struct {
	world *known.World
	entry kyvernov1.ContextEntry
}

// Name is the variable's name.
func (s service) Name() string { return s.entry.Name }

// Matches tells whether a query uses the variable, if only by its looks.
func (s service) Matches(query string) bool { return strings.Contains(query, s.entry.Name) }

// HasLoaded is never so.
func (s service) HasLoaded() bool { return false }

// LoadData notes what would have to be asked.
func (s service) LoadData() error {
	method := string(s.entry.APICall.Method)
	if method == "" {
		method = "GET"
	}
	return s.world.Miss("needs the answer of %s to %s", s.entry.APICall.Service.URL, method)
}

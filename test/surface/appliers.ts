import { defaultSettings } from '../../src/core/argocd/argoSettings.ts';
import type { Kubectl } from '../../scripts/lab/kubectl.ts';
import { appId } from '../../src/core/model/app.ts';
import type { App, AppKind } from '../../src/core/model/app.ts';
import { isObject } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { nameOf } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import type { DiffInput } from '../../src/core/diff/diffInput.ts';
import { stampsOf, withStamps } from '../../src/core/diff/stamps.ts';
import { comparisonFacts, managerOf } from '../../src/core/overview/comparisonFacts.ts';
import { builtIn } from '../../src/core/diff/schema/builtInSchemas.ts';
import { pathOfObject } from './identity.ts';
import type { SurfaceApi } from './surfaceApi.ts';
import type { SurfaceKind } from './surfaceKinds.ts';

/** One object to apply, as Git would declare it. */
export interface Declared {
  readonly kind: SurfaceKind;
  readonly object: KubeObject;
}

/** One way of applying, as a reconciler or a person does it, and what the product knows of it. */
export interface Applier {
  readonly name: string;
  /** `undefined` in the answer of an object that was applied, else what the server said. */
  apply(declared: readonly Declared[]): Promise<readonly (string | undefined)[]>;
  /** What the product's comparison is told of the tool and the app, by its own reading of both. */
  factsFor(desired: KubeObject, live: KubeObject): Pick<DiffInput, 'manager' | 'app'>;
}

/** The five managers, kubectl in both its manners. */
export function appliersOf(api: SurfaceApi, kubectl: Kubectl): readonly Applier[] {
  const argoClientSide = appOf('argo-application', []);
  const argoServerSide = appOf('argo-application', ['ServerSideApply=true']);
  const flux = appOf('flux-kustomization', []);
  const bare = appOf('manifests', []);
  return [
    clientSide('Argo CD, client-side', kubectl, 'argocd-controller', productFacts(argoClientSide)),
    serverSide('Argo CD, server-side', api, productFacts(argoServerSide)),
    serverSide('Flux kustomize', api, productFacts(flux)),
    serverSide('Flux Helm', api, helmFacts),
    clientSide('kubectl, client-side', kubectl, 'kubectl-client-side-apply', productFacts(bare)),
    serverSide('kubectl, server-side', api, productFacts(bare)),
  ];
}

type FactsFor = Applier['factsFor'];

function productFacts(app: App): FactsFor {
  return (desired, live) => ({
    manager: managerOf(app, desired, live),
    app: comparisonFacts(app, undefined, defaultSettings),
  });
}

/** helm-controller's own name as field manager, and the marks of a Helm release. */
function helmFacts(): ReturnType<FactsFor> {
  const app = { name: 'surface', namespace: 'surface', ownNamespace: 'surface', releaseName: 'surface' };
  return { manager: { tool: 'flux-helm', fieldManager: 'helm-controller' }, app };
}

function appOf(kind: AppKind, syncOptions: readonly string[]): App {
  const [namespace, name] = ['surface', 'surface'];
  const range = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  const place = { file: 'app.yaml', range, start: 0, end: 0, text: '' };
  const object: KubeObject = {
    apiVersion: kind === 'argo-application' ? 'argoproj.io/v1alpha1' : 'kustomize.toolkit.fluxcd.io/v1',
    kind: kind === 'argo-application' ? 'Application' : 'Kustomization',
    metadata: { name, namespace },
    spec: { prune: true, syncPolicy: { syncOptions } },
  };
  return {
    id: appId(kind, { namespace, name }),
    kind,
    name,
    namespace,
    ...(kind !== 'manifests' && { declared: { file: 'app.yaml', document: 0, place, object } }),
    source: { kind: 'here', path: '', render: 'directory' },
    destination: { namespace },
  };
}

/** The object with the marks that the tool writes onto everything it applies. */
function stamped(facts: FactsFor, desired: KubeObject): KubeObject {
  const { manager, app } = facts(desired, desired);
  const input: DiffInput = { desired, manager, app, schemas: builtIn };
  return withStamps(desired, stampsOf(input, desired));
}

/** Server-side apply with force: what Argo CD, the Flux controllers, Helm 4 and `kubectl apply --server-side` send. */
function serverSide(name: string, api: SurfaceApi, factsFor: FactsFor): Applier {
  return {
    name,
    factsFor,
    apply: (declared) =>
      Promise.all(
        declared.map(async ({ kind, object }) => {
          const path = pathOfObject(kind, object);
          const query = `fieldManager=${factsFor(object, object).manager.fieldManager}&force=true`;
          const answer = await api.patch('apply', `${path}?${query}`, stamped(factsFor, object));
          return answer.status < 300 ? undefined : `${path}: ${JSON.stringify(answer.body).slice(0, 500)}`;
        }),
      ),
  };
}

/** Real kubectl: its three-way merge and its record of what was applied. Argo CD's client-side apply is kubectl's library. */
function clientSide(name: string, kubectl: Kubectl, manager: string, factsFor: FactsFor): Applier {
  return {
    name,
    factsFor,
    apply: async (declared) => {
      const items: readonly Json[] = declared.map(({ object }) => asJson(stamped(factsFor, object)));
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
      const args = ['apply', `--field-manager=${manager}`, '--validate=false', '-f', '-'];
      const said = await kubectl(args, list).then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return declared.map(({ object }) =>
        new RegExp(`"${nameOf(object)}"|name: ${nameOf(object)}[,\\s]`, 'i').test(said)
          ? said.slice(0, 800)
          : undefined,
      );
    },
  };
}

function asJson(object: KubeObject): JsonObject {
  return isObject(object) ? object : {};
}

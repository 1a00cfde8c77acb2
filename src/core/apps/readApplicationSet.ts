import type { App, GeneratedFrom } from '../model/app.ts';
import { appId } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { listAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { asKubeObject, groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ApplicationSetReply } from '../ports.ts';
import type { DeclaredObject } from './fileFacts.ts';
import type { HubFacts } from './hubFacts.ts';
import { placeInObject } from './placeInObject.ts';
import { readApp } from './readApp.ts';
import type { AppSurroundings } from './readApp.ts';
import { setRules } from './setRules.ts';

/** Tells whether an object is an ApplicationSet. */
export function isApplicationSet({ object }: DeclaredObject): boolean {
  return object.kind === 'ApplicationSet' && groupOf(object.apiVersion) === 'argoproj.io';
}

/** Whether an app comes from a set that asks for the hub's clusters, also one that waits for them. */
export function asksForClusters({ declared }: App): boolean {
  if (declared === undefined) return false;
  return declared.generated?.clusters !== undefined || (isApplicationSet(declared) && usesClusters(declared.object));
}

/** What is known beside a set's object. */
export interface SetContext {
  readonly around: AppSurroundings;
  readonly hub?: HubFacts | undefined;
  /** The text of a file of the tree, for the lines of trouble. */
  readonly textOf: (file: RepoPath) => string | undefined;
}

/**
 * The apps that an ApplicationSet makes. What of it is refused or cannot be told from the repository is one more app that
 * says why; where Argo CD refuses a set as a whole it is the only one.
 */
export function readApplicationSet(
  declared: DeclaredObject,
  reply: ApplicationSetReply,
  context: SetContext,
): readonly App[] {
  const set = nameOf(declared.object);
  if (set === '') return [];
  const trouble = troubleOf(declared, reply, context);
  const isRefused = trouble.some((each) => !each.isPartial);
  const clusters = usesClusters(declared.object) ? context.hub?.clusters : undefined;
  const told = (isRefused ? [] : reply.applications).map(({ object, from, generator }, index) => {
    const rules = setRules(declared.object, object);
    return { object, generated: { set, rules, index, from, generator, clusters } };
  });
  if (trouble.length === 0) return told.flatMap((each) => readOne(declared, each, context.around));
  const names = new Set(told.map(({ object }) => stringAt(object, 'metadata', 'name')));
  const live = generatedLive(declared.object, context.hub)
    .filter((object) => !names.has(nameOf(object)))
    .map((object) => ({
      object: withoutStatus(object),
      generated: { set, rules: setRules(declared.object, object), from: [] },
    }));
  const apps = [...told, ...live].flatMap((each) => readOne(declared, each, context.around));
  return [...apps, setApp(declared, trouble)];
}

function readOne(
  declared: DeclaredObject,
  { object, generated }: { readonly object: JsonObject; readonly generated: GeneratedFrom },
  around: AppSurroundings,
): readonly App[] {
  const application = asKubeObject(object);
  const app = application && readApp({ ...declared, object: application }, around);
  return app?.declared === undefined ? [] : [{ ...app, declared: { ...app.declared, generated } }];
}

interface SetTrouble extends RenderProblem {
  readonly isPartial: boolean;
}

/** Refusals as errors, what cannot be told as warnings, each at its line. */
function troubleOf(declared: DeclaredObject, reply: ApplicationSetReply, context: SetContext): readonly SetTrouble[] {
  const { around, hub, textOf } = context;
  const place = (path: JsonPointer, file?: RepoPath): Pick<RenderProblem, 'file' | 'line' | 'column'> =>
    file === undefined ? placeInObject(declared, path, textOf) : { file, line: 1 };
  const refused = reply.problems.map(({ path, file, message, isPartial }): SetTrouble => {
    return { severity: 'error', message, ...place(path, file), isPartial };
  });
  const elsewhere = reply.repositories.filter((url) => !around.isHere(url));
  const others = elsewhere.map((url): SetTrouble => {
    const message = `This ApplicationSet looks at another repository (${url}), which Plumbline does not read.`;
    return { severity: 'warning', code: 'source.undecided', message, ...place('/spec/generators'), isPartial: false };
  });
  const undecided = reply.undecided.map(({ path, kind }): SetTrouble => {
    return {
      severity: 'warning',
      code: 'source.undecided',
      message: undecidedWords(kind, hub),
      ...place(path),
      isPartial: true,
    };
  });
  // What a generator would make of another repository's files is nobody's mistake.
  return others.length > 0 ? others : [...refused, ...undecided];
}

function undecidedWords(kind: string, hub: HubFacts | undefined): string {
  const start = `This ApplicationSet uses the ${kind} generator`;
  const isConnected = hub !== undefined;
  switch (kind) {
    case 'clusters':
      return isConnected
        ? `${start}, and the Secrets that name Argo CD's clusters may not be listed; shown are the Applications that exist.`
        : `${start}. Connect to the cluster that Argo CD runs in: its Secrets name the clusters.`;
    case 'scmProvider':
    case 'pullRequest':
      return isConnected
        ? `${start}, which asks a Git service; shown are the Applications that it made so far.`
        : `${start}, which asks a Git service. Connect to the cluster that Argo CD runs in to see the Applications it made.`;
    default:
      return isConnected
        ? `${start}, which only Argo CD can ask; shown are the Applications that it made so far.`
        : `${start}, which only Argo CD can ask. Connect to the cluster that it runs in to see the Applications it made.`;
  }
}

function setApp(declared: DeclaredObject, trouble: readonly SetTrouble[]): App {
  const { object } = declared;
  const [name, namespace] = [nameOf(object), namespaceOf(object) ?? 'argocd'];
  const problems = trouble.map(({ isPartial: _, ...problem }) => problem);
  const source = { kind: 'unsupported', why: problems[0]?.message ?? '', problems } as const;
  const id = appId('argo-application', { namespace, name: `set ${name}` });
  return { id, kind: 'argo-application', name, namespace, declared, source, destination: {} };
}

/** Applications of the hub that this set owns. */
function generatedLive(set: KubeObject, hub: HubFacts | undefined): readonly KubeObject[] {
  const namespace = namespaceOf(set) ?? 'argocd';
  const isOwned = (object: KubeObject): boolean =>
    namespaceOf(object) === namespace &&
    listAt(object.metadata, 'ownerReferences').some(
      (owner) => stringAt(owner, 'kind') === 'ApplicationSet' && stringAt(owner, 'name') === nameOf(set),
    );
  return (hub?.generated ?? []).filter(isOwned);
}

function withoutStatus(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, spec = {} } = object;
  const { name = '', namespace = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

/** Whether some generator, however deep, asks for the hub's clusters. */
function usesClusters(set: KubeObject): boolean {
  return JSON.stringify(set.spec ?? null).includes('"clusters":');
}

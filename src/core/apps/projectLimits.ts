import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { objectAt, stringAt, stringsAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { RenderedObject } from '../model/rendering.ts';
import { groupOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ClusterFact } from '../ports.ts';
import { matchesGlob } from '../render/glob.ts';
import { matchesPathGlob } from '../render/pathGlob.ts';
import { scopeFrom } from '../render/scope.ts';
import { objectsAt } from './fileFacts.ts';

/** What an AppProject does not allow, at a pointer in the Application. */
export interface ProjectDenial {
  readonly path: JsonPointer;
  readonly message: string;
}

/** What the limits of a project are held against. */
export interface ProjectSubject {
  readonly app: App;
  readonly project: KubeObject;
  readonly objects: readonly RenderedObject[];
  /** The hub's clusters, by which a destination's name and address are told from each other. */
  readonly clusters?: readonly ClusterFact[] | undefined;
}

/**
 * What Argo CD would refuse of an app for its project's sake (argo-cd `pkg/apis/application/v1alpha1/app_project_types.go`):
 * sources, destinations and kinds. What hangs on a cluster's name or address that is not known is not said.
 */
export function projectDenials(subject: ProjectSubject): readonly ProjectDenial[] {
  return [...sourceDenials(subject), ...destinationDenials(subject), ...kindDenials(subject)];
}

function sourceDenials({ app, project }: ProjectSubject): readonly ProjectDenial[] {
  const object = app.declared?.object;
  const several = objectsAt(object, 'spec', 'sources');
  const one = objectAt(object, 'spec', 'source');
  const sources: readonly (readonly [JsonPointer, JsonObject])[] =
    several.length > 0
      ? several.map((each, index) => [`/spec/sources/${String(index)}/repoURL`, each] as const)
      : one === undefined
        ? []
        : [['/spec/source/repoURL', one]];
  return sources.flatMap(([path, source]) => {
    const url = stringAt(source, 'repoURL') ?? '';
    if (isSourcePermitted(project, url)) return [];
    return [{ path, message: `${projectWords(project)} does not permit the source ${url} (spec.sourceRepos).` }];
  });
}

function isSourcePermitted(project: KubeObject, url: string): boolean {
  const wanted = comparable(url);
  const patterns = stringsAt(project, 'spec', 'sourceRepos');
  const isDenied = patterns.some((each) => each.startsWith('!') && matchesPathGlob(wanted, comparable(each.slice(1))));
  const isMatch = (each: string): boolean =>
    each.startsWith('!') || each === '*' || matchesPathGlob(wanted, comparable(each));
  return !isDenied && patterns.some(isMatch);
}

/** One spelling of an address, as Argo CD compares them (argo-cd `util/git/git.go`, NormalizeGitURL). */
function comparable(url: string): string {
  const lower = url.trim().toLowerCase();
  const scp = /^(?:[^/@:]+@)[^/:]+:(?!\/\/)/.test(lower);
  return (scp ? lower.replace(':', '/') : lower).replace(/\.git$/, '').replace(/^ssh:\/\//, '');
}

interface Target {
  /** `undefined` where it is not known. */
  readonly name: string | undefined;
  readonly server: string | undefined;
  readonly namespace: string;
}

function destinationDenials(subject: ProjectSubject): readonly ProjectDenial[] {
  const { app, project, objects } = subject;
  const cluster = clusterOf(subject);
  const own = app.destination.namespace ?? '';
  const isDenied = (namespace: string): boolean => judgeTarget(project, { ...cluster, namespace }) === 'denied';
  if (isDenied(own)) {
    const where = `${app.destination.server ?? app.destination.clusterName ?? 'no cluster'}, namespace ${own || '(none)'}`;
    const path = app.destination.server === undefined ? '/spec/destination/name' : '/spec/destination/server';
    const message = `${projectWords(project)} does not permit the destination ${where} (spec.destinations).`;
    return [{ path: namespaceAlone(project, cluster) ? '/spec/destination/namespace' : path, message }];
  }
  const others = new Set(objects.flatMap(({ object }) => namespaceOf(object) ?? []).filter((each) => each !== own));
  return [...others].filter(isDenied).map((namespace) => ({
    path: '/spec/project',
    message: `${projectWords(project)} does not permit objects in the namespace ${namespace} (spec.destinations).`,
  }));
}

/** Whether another namespace of the same cluster would be permitted, so that the namespace is what is wrong. */
function namespaceAlone(project: KubeObject, cluster: Omit<Target, 'namespace'>): boolean {
  return objectsAt(project, 'spec', 'destinations').some(
    (each) =>
      (cluster.server !== undefined && isMatch(stringAt(each, 'server'), cluster.server)) ||
      (cluster.name !== undefined && isMatch(stringAt(each, 'name'), cluster.name)),
  );
}

const local = { name: 'in-cluster', server: 'https://kubernetes.default.svc' } as const;

function clusterOf({ app, clusters = [] }: ProjectSubject): Omit<Target, 'namespace'> {
  const { server, clusterName } = app.destination;
  const known = [...clusters, local].find((each) =>
    server === undefined ? each.name === clusterName : each.server === server,
  );
  return { server: server ?? known?.server, name: clusterName ?? known?.name };
}

function judgeTarget(project: KubeObject, { name, server, namespace }: Target): 'permitted' | 'denied' | 'unknown' {
  let isPermitted = false;
  let isOpen = false;
  for (const item of objectsAt(project, 'spec', 'destinations')) {
    const [names, servers, namespaces] = [
      stringAt(item, 'name'),
      stringAt(item, 'server'),
      stringAt(item, 'namespace'),
    ];
    const isName = name !== undefined && isMatch(names, name);
    const isServer = server !== undefined && isMatch(servers, server);
    const isNamespace = isMatch(namespaces, namespace);
    isOpen ||= isNamespace && ((name === undefined && Boolean(names)) || (server === undefined && Boolean(servers)));
    if ((isServer || isName) && isNamespace) isPermitted = true;
    else if (name !== undefined && !isName && isDeny(names)) return 'denied';
    else if (server !== undefined && !isServer && isDeny(servers) && isNamespace) return 'denied';
    else if (!isNamespace && isDeny(namespaces) && isServer) return 'denied';
  }
  return isPermitted ? 'permitted' : isOpen ? 'unknown' : 'denied';
}

function isDeny(pattern: string | undefined): boolean {
  return pattern?.startsWith('!') === true;
}

function isMatch(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return value === '';
  return pattern.startsWith('!') ? !matchesGlob(value, pattern.slice(1)) : matchesGlob(value, pattern);
}

/** One denial for each kind. */
function kindDenials({ project, objects }: ProjectSubject): readonly ProjectDenial[] {
  const scope = scopeFrom(objects.map(({ object }) => object));
  const denied = new Map<string, string>();
  for (const { object } of objects) {
    const isNamespaced = scope.isNamespaced(object);
    const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
    if (denied.has(kind)) continue;
    const field = whyDenied(project, object, isNamespaced);
    if (field !== undefined) denied.set(kind, `objects of the kind ${object.kind} (spec.${field})`);
  }
  const message = (what: string): string => `${projectWords(project)} does not permit ${what}.`;
  return [...denied.values()].map((what) => ({ path: '/spec/project', message: message(what) }));
}

function whyDenied(project: KubeObject, object: KubeObject, isNamespaced: boolean): string | undefined {
  const scope = isNamespaced ? 'namespaceResource' : 'clusterResource';
  const inList = (key: string): boolean =>
    objectsAt(project, 'spec', key).some(
      (each) =>
        matchesPathGlob(object.kind, stringAt(each, 'kind') ?? '') &&
        matchesPathGlob(groupOf(object.apiVersion), stringAt(each, 'group') ?? ''),
    );
  // Namespaced kinds are free unless there is a list; kinds of the cluster are not.
  const isOpen = isNamespaced && objectAt(project, 'spec')?.[`${scope}Whitelist`] === undefined;
  if (!isOpen && !inList(`${scope}Whitelist`)) return `${scope}Whitelist`;
  return inList(`${scope}Blacklist`) ? `${scope}Blacklist` : undefined;
}

function projectWords(project: KubeObject): string {
  return `The project ${stringAt(project.metadata, 'name') ?? ''}`;
}

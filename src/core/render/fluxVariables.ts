import type { App } from '../model/app.ts';
import { objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { folderOf, isWithin } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { asKubeObject, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import { decodeBase64 } from './base64.ts';
import type { ClusterView } from './clusterView.ts';

/** The variables of a Flux Kustomization as far as the repository tells them. */
export interface FluxVariables {
  readonly values: ReadonlyMap<string, FluxVariable>;
  /** `ConfigMap name` and `Secret name` that the repository does not hold: they may set variables in the cluster. */
  readonly unseen: readonly string[];
  readonly problems: readonly RenderProblem[];
}

export interface FluxVariable {
  readonly value: string;
  /** No source outside the repository can set it to something else. */
  readonly isFinal: boolean;
}

/**
 * Reads `spec.postBuild`: later `substituteFrom` win, `substitute` wins over all; line feeds are dropped, as the controller
 * does. A source that no file declares may be among the app's own objects: a generator makes it.
 */
export async function collectVariables(
  app: App,
  tree: FileTree,
  { built, cluster }: { readonly built: readonly RenderedObject[]; readonly cluster: ClusterView },
  signal: AbortSignal,
): Promise<FluxVariables> {
  const postBuild = objectAt(app.declared?.object, 'spec', 'postBuild');
  const sources = objectsAt(postBuild, 'substituteFrom');
  const declared = await findSources(app, sources, tree, signal);
  const found = sources.map(
    (source, index) => declared[index] ?? findGenerated(app, source, built) ?? findInCluster(app, source, cluster),
  );
  const values = new Map<string, FluxVariable>();
  const missing = sources.filter((_, index) => found[index] === undefined);
  sources.forEach((_, index) => {
    const isFinal = found.slice(index + 1).every((later) => later !== undefined);
    for (const [name, value] of dataOf(objectOf(found[index]))) values.set(name, { value: oneLine(value), isFinal });
  });
  for (const [name, value] of Object.entries(objectAt(postBuild, 'substitute') ?? {})) {
    if (typeof value === 'string') values.set(name, { value: oneLine(value), isFinal: true });
  }
  const absent = sources.filter((_, index) => found[index] === 'absent');
  const describe = (source: JsonObject): string =>
    `${stringAt(source, 'kind') ?? ''} ${stringAt(source, 'name') ?? ''}`;
  return {
    values,
    unseen: missing.map(describe),
    problems: [
      ...missing.filter((each) => each.optional !== true).map((each) => unseenProblem(app, describe(each))),
      ...absent.filter((each) => each.optional !== true).map((each) => absentProblem(app, describe(each))),
    ],
  };
}

function findGenerated(app: App, source: JsonObject, built: readonly RenderedObject[]): FoundSource | undefined {
  const found = built.find(({ object }) => isNamed(object, source, app.namespace));
  return found && { object: found.object };
}

/**
 * What the cluster holds of a source; `absent` when it certainly holds none, `undefined` when that is not known. The values
 * of a Secret are never known here.
 */
export function findInCluster(app: App, source: JsonObject, cluster: ClusterView): FoundSource | 'absent' | undefined {
  const kind = stringAt(source, 'kind') ?? '';
  const name = stringAt(source, 'name') ?? '';
  const object = cluster.find({ apiVersion: 'v1', kind, namespace: app.namespace ?? '', name });
  if (object === null) return 'absent';
  return object === undefined || kind === 'Secret' ? undefined : { object };
}

/** The object of a source that was found. */
export function objectOf(source: FoundSource | 'absent' | undefined): KubeObject | undefined {
  return source === 'absent' ? undefined : source?.object;
}

function absentProblem(app: App, source: string): RenderProblem {
  const message = `Variables come from the ${source}, which neither the repository nor the cluster holds.`;
  return { severity: 'warning', message, file: app.declared?.file, line: app.declared?.place.range.line };
}

function unseenProblem(app: App, source: string): RenderProblem {
  const message = `Variables come from the ${source}, which is not in the repository; they are taken as unset.`;
  return { severity: 'warning', message, file: app.declared?.file, line: app.declared?.place.range.line };
}

function oneLine(value: string): string {
  return value.replaceAll('\n', '');
}

/** The texts of a ConfigMap or Secret as declared; encoded ones decoded. */
export function dataOf(object: KubeObject | undefined): readonly (readonly [string, string])[] {
  if (object === undefined) return [];
  const plain = Object.entries(objectAt(object, object.kind === 'Secret' ? 'stringData' : 'data') ?? {});
  const encoded = object.kind === 'Secret' ? Object.entries(objectAt(object, 'data') ?? {}) : [];
  return [
    ...encoded.flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, decodeBase64(value) ?? ''] as const] : [],
    ),
    ...plain.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  ];
}

/** A ConfigMap or Secret and the file that declares it, if one does. */
export interface FoundSource {
  readonly file?: RepoPath | undefined;
  readonly object: KubeObject;
}

/** Looks near the app's own manifest first and then ever further up, so that one cluster's variables do not serve another. */
export async function findSources(
  app: App,
  sources: readonly JsonObject[],
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly (FoundSource | undefined)[]> {
  if (sources.length === 0 || app.declared === undefined) return [];
  const found = new Map<JsonObject, FoundSource>();
  let searched: RepoPath | undefined;
  for (let folder = folderOf(app.declared.file); ; folder = folderOf(folder)) {
    const objects = await objectsBelow(folder, searched, tree, signal);
    for (const source of sources) {
      const match = found.get(source) ?? objects.find((each) => isNamed(each.object, source, app.namespace));
      if (match !== undefined) found.set(source, match);
    }
    if (folder === '' || found.size === sources.length) return sources.map((source) => found.get(source));
    searched = folder;
  }
}

function isNamed(object: KubeObject, source: JsonObject, namespace: string | undefined): boolean {
  if (object.apiVersion !== 'v1' || object.kind !== source.kind || nameOf(object) !== source.name) return false;
  return (namespaceOf(object) ?? namespace) === namespace && object.sops === undefined;
}

async function objectsBelow(
  folder: RepoPath,
  searched: RepoPath | undefined,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly FoundSource[]> {
  const entries = (await tree.list(folder, signal)) ?? [];
  const below = await Promise.all(
    entries.map(async ({ name, kind }) => {
      const child = folder === '' ? name : `${folder}/${name}`;
      if (searched !== undefined && isWithin(child, searched)) return [];
      if (kind === 'folder') return name === '.git' ? [] : objectsBelow(child, undefined, tree, signal);
      return /\.ya?ml$/.test(name) ? dataObjects(child, await tree.read(child, signal)) : [];
    }),
  );
  return below.flat();
}

function dataObjects(file: RepoPath, content: Uint8Array | undefined): readonly FoundSource[] {
  const text = new TextDecoder().decode(content ?? new Uint8Array());
  if (!/\bkind["']?\s*:\s*["']?(ConfigMap|Secret)\b/.test(text) || text.includes('{{')) return [];
  return readYaml(text, 'plain').documents.flatMap(({ value }) =>
    unfoldList(value).flatMap((each) => {
      const object = asKubeObject(each.value);
      return object === undefined ? [] : [{ file, object }];
    }),
  );
}

import type { App } from '../model/app.ts';
import { objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { folderOf, isWithin } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { asKubeObject, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import { decodeBase64 } from './base64.ts';

/** The variables of a Flux Kustomization as far as the repository tells them. */
export interface FluxVariables {
  readonly values: ReadonlyMap<string, FluxVariable>;
  /** `ConfigMap name` and `Secret name` that the repository does not hold: they may set variables in the cluster. */
  readonly unseen: readonly string[];
  /** Files that give variables, the later ones winning. */
  readonly files: readonly RepoPath[];
  readonly problems: readonly RenderProblem[];
}

export interface FluxVariable {
  readonly value: string;
  /** No source outside the repository can set it to something else. */
  readonly isFinal: boolean;
}

/** Reads `spec.postBuild`: later `substituteFrom` win, `substitute` wins over all; line feeds are dropped, as the controller does. */
export async function collectVariables(app: App, tree: FileTree, signal: AbortSignal): Promise<FluxVariables> {
  const postBuild = objectAt(app.declared?.object, 'spec', 'postBuild');
  const sources = objectsAt(postBuild, 'substituteFrom');
  const found = await findSources(app, sources, tree, signal);
  const values = new Map<string, FluxVariable>();
  const missing = sources.filter((_, index) => found[index] === undefined);
  sources.forEach((_, index) => {
    const isFinal = found.slice(index + 1).every((later) => later !== undefined);
    for (const [name, value] of dataOf(found[index]?.object)) values.set(name, { value: oneLine(value), isFinal });
  });
  for (const [name, value] of Object.entries(objectAt(postBuild, 'substitute') ?? {})) {
    if (typeof value === 'string') values.set(name, { value: oneLine(value), isFinal: true });
  }
  const describe = (source: JsonObject): string =>
    `${stringAt(source, 'kind') ?? ''} ${stringAt(source, 'name') ?? ''}`;
  return {
    values,
    unseen: missing.map(describe),
    files: found.flatMap((each) => each?.file ?? []),
    problems: missing.filter((each) => each.optional !== true).map((each) => unseenProblem(app, describe(each))),
  };
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

export interface FoundSource {
  readonly file: RepoPath;
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

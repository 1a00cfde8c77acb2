import { isObject, listAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { kustomizationFileNames } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** The files that a reconciler changes in its own checkout before it builds. */
export interface Derivation {
  /** Texts by path; empty when the folder is built as it is. */
  readonly edits: ReadonlyMap<RepoPath, string>;
  /** The folder had no kustomization, so the reconciler makes one. */
  readonly isGenerated?: boolean | undefined;
  readonly problems: readonly RenderProblem[];
}

/** A kustomization file as data. */
export interface ReadKustomization {
  readonly file: RepoPath;
  readonly value: JsonObject;
}

/** The path of a folder's kustomization file; `undefined` when there is none. */
export async function findKustomization(
  folder: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<RepoPath | undefined> {
  for (const name of kustomizationFileNames) {
    const file = folder === '' ? name : `${folder}/${name}`;
    if ((await tree.stat(file, signal)) === 'file') return file;
  }
  return undefined;
}

/** Reads a kustomization file; `undefined` when it is absent or does not parse, which the engine then says. */
export async function readKustomization(
  folder: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<ReadKustomization | undefined> {
  const file = await findKustomization(folder, tree, signal);
  const content = file === undefined ? undefined : await tree.read(file, signal);
  if (file === undefined || content === undefined) return undefined;
  const { documents, problems } = readYaml(new TextDecoder().decode(content), 'kustomize');
  const value = documents[0]?.value ?? {};
  return problems.some((each) => each.severity === 'error') || !isObject(value) ? undefined : { file, value };
}

/** A map with entries appended to one of its lists. */
export function appendTo(map: JsonObject, key: string, entries: readonly Json[]): JsonObject {
  return entries.length === 0 ? map : { ...map, [key]: [...listAt(map, key), ...entries] };
}

/** A map with entries set in one of its lists: an entry of the same `name` is replaced where it stands, others appended. */
export function replaceByName(map: JsonObject, key: string, entries: readonly JsonObject[]): JsonObject {
  const merged = entries.reduce<readonly Json[]>(
    (list, entry) => {
      const at = list.findIndex((each) => stringAt(each, 'name') === stringAt(entry, 'name'));
      return at < 0 ? [...list, entry] : list.map((each, index) => (index === at ? entry : each));
    },
    listAt(map, key),
  );
  return entries.length === 0 ? map : { ...map, [key]: merged };
}

/** Some keys of a map, those that are there. */
export function pick(map: JsonObject | undefined, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap((key) => (map?.[key] === undefined ? [] : [[key, map[key]]])));
}

import type { App } from '../model/app.ts';
import { listAt, objectAt, stringAt, stringsAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { kustomizationFileNames, objectsAt } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { appendTo, findKustomization, pick, readKustomization, replaceByName } from './derivation.ts';
import type { Derivation, ReadKustomization } from './derivation.ts';

/**
 * What kustomize-controller does to the folder before it builds: a kustomization is generated where there is none, and
 * the fields of the Flux Kustomization are written into it (fluxcd/pkg `kustomize/kustomize_generator.go`, WriteFile).
 */
export async function deriveFlux(app: App, path: RepoPath, tree: FileTree, signal: AbortSignal): Promise<Derivation> {
  const spec = objectAt(app.declared?.object, 'spec') ?? {};
  const isThere = (await findKustomization(path, tree, signal)) !== undefined;
  const read = isThere ? await readKustomization(path, tree, signal) : await generate(path, tree, signal);
  if (read === undefined) return { edits: new Map(), problems: [] };
  const components = await presentComponents(spec, path, tree, signal);
  const edited = appendTo(mergeSpec(read.value, spec), 'components', components);
  const isSame = isThere && edited === read.value;
  const edits = isSame ? new Map<RepoPath, string>() : new Map([[read.file, JSON.stringify(edited)]]);
  return { edits, isGenerated: !isThere, problems: [] };
}

function mergeSpec(kustomization: JsonObject, spec: JsonObject): JsonObject {
  const set = {
    ...renamed(spec, 'targetNamespace', 'namespace'),
    ...renamed(spec, 'namePrefix', 'namePrefix'),
    ...renamed(spec, 'nameSuffix', 'nameSuffix'),
  };
  return withPatchesAndImages(Object.keys(set).length === 0 ? kustomization : { ...kustomization, ...set }, spec);
}

/** A kustomization with the patches and images that a Flux object's spec adds to it. */
export function withPatchesAndImages(kustomization: JsonObject, spec: JsonObject): JsonObject {
  const patches = objectsAt(spec, 'patches').map((each) => pick(each, 'patch', 'target'));
  const merges = listAt(spec, 'patchesStrategicMerge').map((each) => JSON.stringify(each));
  const json6902 = objectsAt(spec, 'patchesJson6902').map((each) => ({
    ...pick(each, 'target'),
    patch: JSON.stringify(each.patch ?? []),
  }));
  const patched = appendTo(
    appendTo(appendTo(kustomization, 'patches', patches), 'patchesStrategicMerge', merges),
    'patchesJson6902',
    json6902,
  );
  // An entry of the same name is replaced as a whole: what only the kustomization's entry said (newName) is gone.
  const images = objectsAt(spec, 'images').map((each) => pick(each, 'name', 'newName', 'newTag', 'digest'));
  return replaceByName(patched, 'images', images);
}

function renamed(spec: JsonObject, from: string, to: string): Readonly<Record<string, Json>> {
  const value = stringAt(spec, from);
  return value === undefined ? {} : { [to]: value };
}

/** The kustomization that Flux makes for a folder without one: all its YAML files, and folders that have one of their own. */
async function generate(path: RepoPath, tree: FileTree, signal: AbortSignal): Promise<ReadKustomization | undefined> {
  const scan = async (folder: RepoPath): Promise<readonly RepoPath[] | undefined> => {
    const entries = await tree.list(folder, signal);
    if (entries === undefined) return undefined;
    if (folder !== path && entries.some((each) => kustomizationFileNames.includes(each.name))) return [folder];
    const found = await Promise.all(
      entries.map(async ({ name, kind }) => {
        const child = folder === '' ? name : `${folder}/${name}`;
        if (kind === 'folder') return (await scan(child)) ?? [];
        return /\.ya?ml$/.test(name) ? [child] : [];
      }),
    );
    return found.flat();
  };
  const found = await scan(path);
  if (found === undefined) return undefined;
  const resources = found.map((each) => (path === '' ? each : each.slice(path.length + 1)));
  const value = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
  return { file: path === '' ? 'kustomization.yaml' : `${path}/kustomization.yaml`, value };
}

async function presentComponents(
  spec: JsonObject,
  path: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted = stringsAt(spec, 'components');
  if (spec.ignoreMissingComponents !== true) return wanted;
  const kinds = await Promise.all(
    wanted.map(async (each) => {
      const folder = joinPath(path, each);
      return folder === undefined ? undefined : tree.stat(folder, signal);
    }),
  );
  return wanted.filter((_, index) => kinds[index] !== undefined);
}

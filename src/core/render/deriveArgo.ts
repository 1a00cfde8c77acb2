import type { App } from '../model/app.ts';
import { isObject, listAt, objectAt, stringAt, stringsAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import { argoSourceOf } from '../apps/argoSource.ts';
import type { FileTree } from '../ports.ts';
import { appendTo, readKustomization, replaceByName } from './derivation.ts';
import type { Derivation } from './derivation.ts';

/**
 * What Argo CD's repo-server does to the kustomization for `spec.source.kustomize`: it runs `kustomize edit set/add …`
 * in the checkout and appends the patches (argo-cd `util/kustomize/kustomize.go`, Build).
 */
export async function deriveArgo(app: App, path: RepoPath, tree: FileTree, signal: AbortSignal): Promise<Derivation> {
  const options = app.declared && objectAt(argoSourceOf(app.declared.object), 'kustomize');
  if (options === undefined) return { edits: new Map(), problems: [] };
  const read = await readKustomization(path, tree, signal);
  if (read === undefined) return { edits: new Map(), problems: [] };
  const problems: RenderProblem[] = [];
  const withSets = setFields(read.value, options, (message) => {
    const place = app.declared?.place;
    problems.push({ severity: 'error', message, file: place?.file, line: place?.range.line });
  });
  const components = await presentComponents(options, path, tree, signal);
  const edited = appendTo(appendTo(withSets, 'patches', listAt(options, 'patches')), 'components', components);
  const edits = edited === read.value ? new Map<RepoPath, string>() : new Map([[read.file, JSON.stringify(edited)]]);
  return { edits, problems };
}

function setFields(kustomization: JsonObject, options: JsonObject, report: (message: string) => void): JsonObject {
  const strings = Object.fromEntries(
    (['namePrefix', 'nameSuffix', 'namespace'] as const).flatMap((key) => {
      const value = stringAt(options, key);
      return value ? [[key, value]] : [];
    }),
  );
  const images = listAt(options, 'images').flatMap((each) => (typeof each === 'string' ? [parseImage(each)] : []));
  const replicas = objectsAt(options, 'replicas').map((each) => ({
    name: stringAt(each, 'name') ?? '',
    count: countOf(valueAt(each, 'count')),
  }));
  const named = Object.keys(strings).length === 0 ? kustomization : { ...kustomization, ...strings };
  const counted = replaceByName(setImages(named, images), 'replicas', replicas);
  return addAnnotations(addLabels(counted, options, report), options, report);
}

/** `kustomize edit set image` replaces entries of the same name and sorts the list. */
function setImages(kustomization: JsonObject, images: readonly JsonObject[]): JsonObject {
  if (images.length === 0) return kustomization;
  const kept = new Map(listAt(kustomization, 'images').map((each) => [stringAt(each, 'name') ?? '', each]));
  for (const image of images) {
    const name = stringAt(image, 'name') ?? '';
    const before = kept.get(name);
    // An asterisk keeps what the kustomization says.
    const resolved = Object.fromEntries(
      Object.entries(image).flatMap(([key, value]) => {
        const old = isObject(before) ? before[key] : undefined;
        return value !== '*' ? [[key, value]] : old === undefined ? [] : [[key, old]];
      }),
    );
    kept.set(name, resolved);
  }
  const sorted = [...kept].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { ...kustomization, images: sorted.map(([, image]) => image) };
}

/** `name=newName:newTag`, `name=newName@digest`, `name:newTag`, `name@digest` as `kustomize edit set image` reads them. */
export function parseImage(text: string): JsonObject {
  const equals = text.indexOf('=');
  const name = equals < 0 ? undefined : text.slice(0, equals);
  const { repository, tag, digest } = splitImage(text.slice(equals + 1));
  return {
    name: name ?? repository,
    ...(name !== undefined && repository !== name ? { newName: repository } : {}),
    ...(tag === undefined ? {} : { newTag: tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Cuts an image reference at tag and digest; a colon before the last slash belongs to the registry's port. */
export function splitImage(image: string): {
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
} {
  const at = image.indexOf('@');
  const tagged = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  if (colon < 0) return { repository: tagged, digest };
  return { repository: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}

function countOf(value: Json | undefined): Json {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? 0);
}

function addLabels(kustomization: JsonObject, options: JsonObject, report: (message: string) => void): JsonObject {
  const labels = objectAt(options, 'commonLabels');
  if (labels === undefined || Object.keys(labels).length === 0) return kustomization;
  if (options.labelWithoutSelector === true) {
    const includeTemplates = options.labelIncludeTemplates === true;
    return appendTo(kustomization, 'labels', [{ pairs: labels, ...(includeTemplates ? { includeTemplates } : {}) }]);
  }
  return mergeMap(kustomization, 'commonLabels', labels, options.forceCommonLabels === true, report);
}

function addAnnotations(kustomization: JsonObject, options: JsonObject, report: (message: string) => void): JsonObject {
  const annotations = objectAt(options, 'commonAnnotations') ?? {};
  return mergeMap(kustomization, 'commonAnnotations', annotations, options.forceCommonAnnotations === true, report);
}

/** `kustomize edit add` refuses a key that is there already unless forced. */
function mergeMap(
  kustomization: JsonObject,
  key: string,
  added: JsonObject,
  isForced: boolean,
  report: (message: string) => void,
): JsonObject {
  if (Object.keys(added).length === 0) return kustomization;
  const present = objectAt(kustomization, key) ?? {};
  const clash = Object.keys(added).find((each) => Object.hasOwn(present, each));
  if (clash !== undefined && !isForced) {
    report(`The kustomization sets ${clash} in ${key} already; Argo CD refuses to add it again unless forced.`);
  }
  return { ...kustomization, [key]: { ...present, ...added } };
}

async function presentComponents(
  options: JsonObject,
  path: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted = stringsAt(options, 'components');
  if (options.ignoreMissingComponents !== true) return wanted;
  const kinds = await Promise.all(
    wanted.map(async (each) => {
      const folder = joinPath(path, each);
      return folder === undefined ? undefined : tree.stat(folder, signal);
    }),
  );
  return wanted.filter((_, index) => kinds[index] !== undefined);
}

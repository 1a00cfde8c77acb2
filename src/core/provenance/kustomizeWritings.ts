import { isObject, listAt, objectAt, stringAt, stringsAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { folderOf, joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import { kustomizationFileNames } from '../apps/fileFacts.ts';
import type { LocatedText, PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import { viaIn } from './collection.ts';
import type { Collection } from './collection.ts';
import { addImages, addNames, addPairs, addReplicas, sitesOf } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { addGeneratorFile, addGenerators } from './generatorWritings.ts';
import { findChart } from '../render/inflateCharts.ts';
import { addInflatedChart } from './helmWritings.ts';
import { addInlinePatch, addPatch, addResources } from './manifestWritings.ts';
import { addInlinePlugin, addPlugin } from './pluginWritings.ts';
import type { Field } from './writing.ts';

/** What a reconciler adds to the top kustomization, slot by slot; called where the slot is applied. */
export interface Additions {
  patches(into: Collection): void;
  names(into: Collection): void;
  labels(into: Collection): void;
  replicas(into: Collection): void;
  images(into: Collection): void;
  components(into: Collection): readonly string[];
}

/** Deeper nesting is a circle. */
const deepest = 30;

/**
 * Collects what a kustomization writes, in kustomize's own order: resources, components, generators, patches, namespace,
 * names, labels, annotations, JSON patches, replicas, images, configured transformers (kustomize `target.AccumulateTarget`).
 */
export async function addKustomization(
  into: Collection,
  folder: RepoPath,
  additions?: Additions,
  depth = 0,
): Promise<void> {
  const located = await readKustomizationFile(into, folder);
  const document = located?.reading.documents[0];
  if (located === undefined || document === undefined || depth > deepest)
    return addFolder(into, folder, additions, depth);
  const { value } = document;
  const section: Section = { located, document: document.index, path: [] };
  const isComponent = stringAt(value, 'kind') === 'Component';
  const viaOf = (via: Via): Via => viaIn(isComponent, via);
  for (const each of [...stringsAt(value, 'resources'), ...stringsAt(value, 'bases')])
    await addResource(into, folder, each, viaOf, depth);
  await addHelmCharts(into, section, folder, value);
  for (const each of [...stringsAt(value, 'components'), ...(additions?.components(into) ?? [])]) {
    const found = await into.resolve(folder, each);
    const named = sitesOf(section, 'components').filter((site) => site.value === each);
    const end = into.selectBy(named);
    if (found?.kind === 'folder') await addKustomization(into, found.path, undefined, depth + 1);
    end();
  }
  await addGenerators(into, section, folder, value, viaOf);
  await addPatches(into, section, folder, value, viaOf);
  additions?.patches(into);
  addNames(into, section, 'namespace', viaOf);
  additions?.names(into);
  addLabels(into, section, value, viaOf);
  additions?.labels(into);
  await addPatchList(into, section, folder, value, 'patchesJson6902', viaOf);
  addReplicas(into, section, viaOf('replicas'), depth === 0);
  additions?.replicas(into);
  addImages(into, section, viaOf('images'), depth === 0);
  additions?.images(into);
  if (listAt(value, 'replacements').length > 0) into.copies.add('replacement');
  if (listAt(value, 'vars').length > 0) into.copies.add('vars');
  await addPlugins(into, section, folder, value, viaOf, depth);
}

async function readKustomizationFile(into: Collection, folder: RepoPath): Promise<LocatedText | undefined> {
  for (const name of kustomizationFileNames) {
    const located = await into.read(folder === '' ? name : `${folder}/${name}`, 'kustomize');
    if (located !== undefined) return located;
  }
  return undefined;
}

/** A folder without a kustomization, as Flux takes it: all its files. */
async function addFolder(
  into: Collection,
  folder: RepoPath,
  additions: Additions | undefined,
  depth: number,
): Promise<void> {
  if (depth > deepest) return;
  for (const { name, kind } of (await into.list(folder)) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder') await addKustomization(into, path, undefined, depth + 1);
    else if (/\.ya?ml$/.test(name)) await addResource(into, folder, name, (via) => via, depth);
  }
  additions?.patches(into);
  additions?.names(into);
  additions?.labels(into);
  additions?.replicas(into);
  additions?.images(into);
}

async function addResource(
  into: Collection,
  folder: RepoPath,
  written: string,
  viaOf: (via: Via) => Via,
  depth: number,
): Promise<void> {
  const found = await into.resolve(folder, written);
  if (found === undefined) return;
  if (found.kind === 'folder') return addKustomization(into, found.path, undefined, depth + 1);
  const located = await into.read(found.path, 'kustomize');
  if (located !== undefined) addResources(into, located, viaOf('resource'));
}

function isName({ tokens }: Field): boolean {
  return tokens.join('/') === 'metadata/name';
}

async function addHelmCharts(into: Collection, section: Section, folder: RepoPath, value: Json): Promise<void> {
  for (const [index, entry] of listAt(value, 'helmCharts').entries()) {
    for (const site of sitesOf(section, 'helmCharts', index, 'name'))
      into.add(site, { via: 'helm-values', mayWrite: isName, isDirect: false, declares: true });
    const chart = isObject(entry)
      ? await findChart(folder, entry, objectAt(value, 'helmGlobals'), into.tree, into.signal)
      : undefined;
    if (typeof chart !== 'string') continue;
    const written = [stringAt(entry, 'valuesFile') ?? [], stringsAt(entry, 'additionalValuesFiles')].flat();
    const files = written.flatMap((each) => joinPath(folder, each) ?? []);
    await addInflatedChart(into, chart, files, sitesOf(section, 'helmCharts', index, 'valuesInline'));
  }
}

async function addPatches(
  into: Collection,
  section: Section,
  folder: RepoPath,
  value: Json,
  viaOf: (via: Via) => Via,
): Promise<void> {
  for (const [index, each] of listAt(value, 'patchesStrategicMerge').entries()) {
    if (typeof each !== 'string') continue;
    const site = sitesOf(section, 'patchesStrategicMerge', index)[0];
    if (each.includes('\n')) addInlinePatch(into, section.located, site, undefined, viaOf);
    else await addPatchFile(into, folder, each, undefined, viaOf);
  }
  await addPatchList(into, section, folder, value, 'patches', viaOf);
}

async function addPatchList(
  into: Collection,
  section: Section,
  folder: RepoPath,
  value: Json,
  key: 'patches' | 'patchesJson6902',
  viaOf: (via: Via) => Via,
): Promise<void> {
  for (const [index, each] of listAt(value, key).entries()) {
    const target = valueAt(each, 'target');
    const path = stringAt(each, 'path');
    const end = into.selectBy(sitesOf(section, key, index, 'target'));
    addInlinePatch(into, section.located, siteAt(section, [key, index, 'patch']), target, viaOf);
    if (path !== undefined) await addPatchFile(into, folder, path, target, viaOf);
    end();
  }
}

/** The patches of a list in a reconciler's manifest; all are inline. */
export function addInlinePatches(
  into: Collection,
  section: Section,
  value: Json | undefined,
  viaOf: (via: Via) => Via,
): void {
  listAt(value, 'patches').forEach((each, index) => {
    const end = into.selectBy(sitesOf(section, 'patches', index, 'target'));
    addInlinePatch(into, section.located, siteAt(section, ['patches', index, 'patch']), valueAt(each, 'target'), viaOf);
    end();
  });
}

function siteAt(section: Section, path: readonly PathToken[]): ScalarSite | undefined {
  return sitesOf(section, ...path).find((site) => site.path.length === 0);
}

async function addPatchFile(
  into: Collection,
  folder: RepoPath,
  written: string,
  target: Json | undefined,
  viaOf: (via: Via) => Via,
): Promise<void> {
  const found = await into.resolve(folder, written);
  const located = found?.kind === 'file' ? await into.read(found.path, 'kustomize') : undefined;
  if (located !== undefined)
    addPatch(into, { documents: located.reading.documents, sites: located.sites }, target, viaOf);
}

function addLabels(into: Collection, section: Section, value: Json, viaOf: (via: Via) => Via): void {
  listAt(value, 'labels').forEach((_, index) => {
    addPairs(into, section, ['labels', index, 'pairs'], viaOf('labels'));
  });
  addPairs(into, section, ['commonLabels'], viaOf('labels'));
  addPairs(into, section, ['commonAnnotations'], viaOf('annotations'));
}

async function addPlugins(
  into: Collection,
  section: Section,
  folder: RepoPath,
  value: Json,
  viaOf: (via: Via) => Via,
  depth: number,
): Promise<void> {
  for (const key of ['generators', 'transformers'] as const) {
    for (const [index, each] of listAt(value, key).entries()) {
      if (typeof each !== 'string') continue;
      const isInline = each.includes('\n');
      const end = into.selectBy(isInline ? [] : sitesOf(section, key, index));
      if (isInline) addInlinePlugin(into, section.located, siteAt(section, [key, index]), viaOf);
      else await addPluginPath(into, folder, each, viaOf, depth);
      end();
    }
  }
}

async function addPluginPath(
  into: Collection,
  folder: RepoPath,
  written: string,
  viaOf: (via: Via) => Via,
  depth: number,
): Promise<void> {
  const found = await into.resolve(folder, written);
  if (found?.kind === 'folder') return addKustomization(into, found.path, undefined, depth + 1);
  const located = found?.kind === 'file' ? await into.read(found.path, 'kustomize') : undefined;
  for (const { value, index } of located?.reading.documents ?? []) {
    if (located === undefined) continue;
    const section: Section = { located, document: index, path: [] };
    const target = isObject(value) ? value.target : undefined;
    addInlinePatch(into, located, siteAt(section, ['patch']), target, viaOf);
    addPlugin(into, value, sitesOf(section), viaOf);
    await addGeneratorFile(into, section, folderOf(found?.path ?? ''), value, viaOf);
  }
}

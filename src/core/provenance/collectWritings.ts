import type { App } from '../model/app.ts';
import { listAt, objectAt, stringsAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { argoSourceOf } from '../apps/argoSource.ts';
import { sourceParts } from '../apps/sourceParts.ts';
import type { FileTree } from '../ports.ts';
import { includedFolders } from '../render/fluxArtifact.ts';
import { withOverrides } from '../render/argoOverrides.ts';
import type { SourceOverride } from '../render/argoOverrides.ts';
import { directoryOptions, manifestFiles } from '../render/renderDirectory.ts';
import { appSections, argoSection, declaredSection, overrideSections } from './appSections.ts';
import { Collection } from './collection.ts';
import { addImages, addImageStrings, addNames, addPairs, addReplicas, sitesOf, within } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { addChart } from './helmWritings.ts';
import { addInlinePatches, addKustomization } from './kustomizeWritings.ts';
import type { Additions } from './kustomizeWritings.ts';
import { addResources } from './manifestWritings.ts';
import { addGenerated } from './generatedWritings.ts';
import { addImagePieces, addPieces, varsIn } from './pieces.ts';
import { addVariables } from './variableWritings.ts';
import type { Field, Writing } from './writing.ts';

/** Collects every scalar that may decide a field of the app's objects, in the order of application. */
export async function collectWritings(app: App, tree: FileTree, signal: AbortSignal): Promise<Collection> {
  const into = new Collection(tree, signal);
  for (const part of sourceParts(app)) {
    const { app: overridden, overrides } = await withOverrides(part, tree, signal);
    await addSource(into, overridden, overrides);
  }
  await addInnerPieces(into);
  await addLastSteps(into, app);
  const set = app.declared?.generated && (await declaredSection(into, app));
  if (set !== undefined) await addGenerated(into, app, set);
  await addParent(into, app, tree, signal);
  return into;
}

/** What decides the fields of the app's own object, where another app renders that: any of it may come through. */
async function addParent(into: Collection, { declared }: App, tree: FileTree, signal: AbortSignal): Promise<void> {
  if (declared?.parent === undefined) return;
  const outer = await collectWritings(declared.parent.app, tree, signal);
  for (const each of outer.writings) into.addAgain({ ...each, mayWrite: () => false, template: undefined });
  into.copies.add('template');
}

/** What the one source of an app holds. */
async function addSource(into: Collection, app: App, overrides: readonly SourceOverride[]): Promise<void> {
  const { source } = app;
  if (source.kind !== 'here') return;
  const sections = await appSections(into, app);
  const over = await overrideSections(into, overrides);
  switch (source.render) {
    case 'directory':
      for (const file of (await manifestFiles(source.path, directoryOptions(app), into.tree, into.signal)) ?? []) {
        const located = await into.read(file, 'plain');
        if (located !== undefined) addResources(into, located, 'resource');
      }
      return;
    case 'kustomize':
      into.showAt(includedFolders(app));
      return addKustomization(into, source.path, additionsOf(app, sections, over));
    case 'helm': {
      const isArgo = app.kind === 'argo-application';
      const own = sections.map((each) => (isArgo ? argoSection(app, each) : each));
      await addChart(into, app, source.path, [...own, ...over]);
      for (const each of sections) addPostRenderers(into, app, each);
    }
  }
}

/** What a HelmRelease does to the chart's objects, in order. */
function addPostRenderers(into: Collection, { kind, declared }: App, section: Section): void {
  if (kind !== 'flux-helmrelease') return;
  for (const [index, step] of listAt(declared?.object, 'spec', 'postRenderers').entries()) {
    const options = within(section, 'spec', 'postRenderers', index, 'kustomize');
    addInlinePatches(into, options, objectAt(step, 'kustomize'), (via) => via);
    addImages(into, options, 'images', false);
  }
}

function additionsOf(app: App, sections: readonly Section[], over: readonly Section[]): Additions | undefined {
  const [section] = sections;
  if (section === undefined || app.declared === undefined) return undefined;
  if (app.kind === 'flux-kustomization')
    return fluxAdditions(within(section, 'spec'), objectAt(app.declared.object, 'spec'));
  if (app.kind !== 'argo-application') return undefined;
  const options = objectAt(argoSourceOf(app.declared.object), 'kustomize');
  const sources = sections.map((each) => argoSection(app, each));
  return argoAdditions(
    [...sources, ...over].map((each) => within(each, 'kustomize')),
    options,
  );
}

function fluxAdditions(spec: Section, value: Json | undefined): Additions {
  return {
    patches: (into) => {
      addInlinePatches(into, spec, value, (via) => via);
    },
    names: (into) => {
      addNames(into, spec, 'targetNamespace', (via) => via);
    },
    labels: () => undefined,
    replicas: () => undefined,
    images: (into) => {
      addImages(into, spec, 'images', true);
    },
    components: () => stringsAt(value, 'components'),
  };
}

/** Of the Application's own options and those laid over them, `value` is what counts. */
function argoAdditions(sections: readonly Section[], value: Json | undefined): Additions {
  const via = 'argo-kustomize';
  return {
    patches: (into) => {
      for (const each of sections) addInlinePatches(into, each, value, () => via);
    },
    names: (into) => {
      for (const each of sections) addNames(into, each, 'namespace', () => via);
    },
    labels: (into) => {
      for (const each of sections) {
        addPairs(into, each, ['commonLabels'], via, 'labels');
        addPairs(into, each, ['commonAnnotations'], via, 'annotations');
      }
    },
    replicas: (into) => {
      for (const each of sections) addReplicas(into, each, via, true);
    },
    images: (into) => {
      for (const each of sections) addImageStrings(into, each, via);
    },
    components: () => stringsAt(value, 'components'),
  };
}

/** Pieces of scalars that kustomize joins with something else: images and old style variables. */
async function addInnerPieces(into: Collection): Promise<void> {
  for (const user of [...into.writings]) {
    if (typeof user.value !== 'string' || !user.isDirect) continue;
    const references = into.copies.has('vars') ? varsIn(user.value) : [];
    if (references.length > 0) await addPieces(into, user, references, user.via);
    if (isImage(user)) await addImagePieces(into, user);
  }
}

function isImage(writing: Writing): boolean {
  return writing.key === 'image';
}

/** What the reconciler does after the build. */
async function addLastSteps(into: Collection, app: App): Promise<void> {
  for (const section of await appSections(into, app)) {
    if (app.kind === 'argo-application') addDestination(into, section);
    if (app.kind === 'flux-helmrelease') {
      const target = sitesOf(section, 'spec', 'targetNamespace');
      for (const site of target.length > 0 ? target : sitesOf(section, 'metadata', 'namespace')) {
        into.add(site, { via: 'namespace', mayWrite: isNamespace, isDirect: false });
      }
    }
    if (app.kind === 'flux-kustomization') {
      await addVariables(into, app, section);
      addPairs(into, section, ['spec', 'commonMetadata', 'labels'], 'labels');
      addPairs(into, section, ['spec', 'commonMetadata', 'annotations'], 'annotations');
    }
  }
}

/** What an Application says of where its objects go. */
function addDestination(into: Collection, section: Section): void {
  for (const site of sitesOf(section, 'spec', 'destination', 'namespace')) {
    const mayWrite = (field: Field): boolean => isNamespace(field) || isManaged(field);
    into.add(site, { via: 'namespace', mayWrite, isDirect: true });
  }
  for (const kind of ['labels', 'annotations'] as const) {
    for (const site of sitesOf(section, 'spec', 'syncPolicy', 'managedNamespaceMetadata', kind)) {
      const path = ['metadata', kind, ...site.path.map(String)].join('/');
      const mayWrite = (field: Field): boolean => isManaged(field) && field.tokens.join('/') === path;
      into.add(site, { via: kind, mayWrite, isDirect: true });
    }
  }
}

/** A field of the Namespace that Argo CD declares itself. */
function isManaged({ id }: Field): boolean {
  return id.kind === 'Namespace' && id.group === '';
}

function isNamespace({ tokens }: Field): boolean {
  return tokens.join('/') === 'metadata/namespace';
}

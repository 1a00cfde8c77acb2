import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { listAt, objectAt, stringsAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { argoSourceOf } from '../apps/argoSource.ts';
import { sourceParts } from '../apps/sourceParts.ts';
import type { FileTree } from '../ports.ts';
import { includedFolders } from '../render/fluxArtifact.ts';
import { withOverrides } from '../render/argoOverrides.ts';
import type { SourceOverride } from '../render/argoOverrides.ts';
import { directoryOptions, manifestFiles } from '../render/renderDirectory.ts';
import type { PathToken } from '../yaml/locateScalars.ts';
import { Collection } from './collection.ts';
import { addImages, addImageStrings, addNames, addPairs, addReplicas, sitesOf } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { addChart } from './helmWritings.ts';
import { addInlinePatches, addKustomization } from './kustomizeWritings.ts';
import type { Additions } from './kustomizeWritings.ts';
import { addResources } from './manifestWritings.ts';
import { addExpressions, addImagePieces, addPieces, varsIn } from './pieces.ts';
import { templateSegments } from '../render/templateText.ts';
import { addVariables } from './variableWritings.ts';
import { pointerTokens } from './writing.ts';
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
  await addGenerated(into, app);
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
  const section = await appSection(into, app);
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
      return addKustomization(into, source.path, section && additionsOf(app, section, over));
    case 'helm': {
      const own = section && (argoSection(app, section) ?? section);
      await addChart(into, app, source.path, [...(own === undefined ? [] : [own]), ...over]);
      if (section !== undefined) addPostRenderers(into, app, section);
    }
  }
}

/** What a HelmRelease does to the chart's objects, in order. */
function addPostRenderers(into: Collection, { kind, declared }: App, section: Section): void {
  if (kind !== 'flux-helmrelease') return;
  for (const [index, step] of listAt(declared?.object, 'spec', 'postRenderers').entries()) {
    const options = within(section, 'spec', 'postRenderers', index, 'kustomize');
    addInlinePatches(into, options, objectAt(step, 'kustomize'), (via) => via);
    addImages(into, options, 'images');
  }
}

/** What the files beside the manifests say in the place of the source. */
async function overrideSections(into: Collection, overrides: readonly SourceOverride[]): Promise<readonly Section[]> {
  const located = await Promise.all(overrides.map(({ file }) => into.read(file, 'plain')));
  return located.flatMap((each) => (each === undefined ? [] : [{ located: each, document: 0, path: [] }]));
}

/** The source of an Application that this app is about. */
function argoSection(app: App, section: Section): Section | undefined {
  if (app.kind !== 'argo-application' || app.source.kind !== 'here') return undefined;
  const { index } = app.source;
  return index === undefined ? within(section, 'spec', 'source') : within(section, 'spec', 'sources', index);
}

/** The app's object in its file; list members are found by their name. */
async function appSection(into: Collection, app: App): Promise<Section | undefined> {
  const located = app.declared && (await into.read(app.declared.file, 'plain'));
  const place = app.declared?.place;
  const name = located?.sites.find((site) => site.place.start === place?.start && site.path.at(-1) === 'name');
  if (located === undefined || name === undefined) return undefined;
  const object = { located, document: name.document, path: name.path.slice(0, -2) };
  return app.declared?.generated === undefined ? object : within(object, 'spec', 'template');
}

function within(section: Section, ...path: readonly PathToken[]): Section {
  return { ...section, path: [...section.path, ...path] };
}

function additionsOf(app: App, section: Section, over: readonly Section[]): Additions | undefined {
  if (app.kind === 'flux-kustomization')
    return fluxAdditions(within(section, 'spec'), objectAt(app.declared?.object, 'spec'));
  const source = argoSection(app, section);
  if (source === undefined || app.declared === undefined) return undefined;
  const options = objectAt(argoSourceOf(app.declared.object), 'kustomize');
  return argoAdditions(
    [source, ...over].map((each) => within(each, 'kustomize')),
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
      addImages(into, spec, 'images');
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
        addPairs(into, each, ['commonLabels'], via);
        addPairs(into, each, ['commonAnnotations'], via);
      }
    },
    replicas: (into) => {
      for (const each of sections) addReplicas(into, each, via);
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

/** The parameters that an ApplicationSet's generators put into the app: in the set itself, or in files. */
async function addGenerated(into: Collection, app: App): Promise<void> {
  const from = app.declared?.generated?.from ?? [];
  const section = from.length === 0 ? undefined : await appSection(into, app);
  if (section === undefined) return;
  into.copies.add('template');
  const set = { ...section, path: section.path.slice(0, -2) };
  for (const site of sitesOf(section)) {
    const text = typeof site.value === 'string' ? site.value : '';
    const references = templateSegments(text).flatMap(({ kind, code, start, end }) =>
      kind === 'action' ? parametersIn(code).map((name) => ({ name, start, end })) : [],
    );
    await addExpressions(into, { ...site, mayWrite: () => true }, references);
  }
  for (const { file, path } of from) {
    const located = file === undefined ? undefined : await into.read(file, 'plain');
    if (file !== undefined && located === undefined) continue;
    const within = located === undefined ? set : { located, document: 0, path: [] };
    for (const site of sitesOf(within, ...pathTokens(path)))
      into.add(site, { via: 'appset-param', mayWrite: () => false, isDirect: true, key: String(site.path.at(-1)) });
  }
}

/** The last names of the parameters in an action: `name` of `.at.name` and of `at.name`. */
function parametersIn(code: string): readonly string[] {
  return [...code.matchAll(/(?:^|[\s(.])((?:\w[\w-]*\.)*\w[\w-]*)/g)].flatMap(
    ([, path]) => path?.split('.').at(-1) ?? [],
  );
}

/** A pointer as a path into a document, where positions are numbers. */
function pathTokens(pointer: JsonPointer): readonly PathToken[] {
  return pointerTokens(pointer).map((token) => (/^\d+$/.test(token) ? Number(token) : token));
}

/** What the reconciler does after the build. */
async function addLastSteps(into: Collection, app: App): Promise<void> {
  const section = await appSection(into, app);
  if (section === undefined) return;
  if (app.kind === 'argo-application') {
    for (const site of sitesOf(section, 'spec', 'destination', 'namespace')) {
      into.add(site, {
        via: 'namespace',
        mayWrite: (field) => isNamespace(field) || isManaged(field),
        isDirect: false,
      });
    }
    for (const kind of ['labels', 'annotations'] as const) {
      for (const site of sitesOf(section, 'spec', 'syncPolicy', 'managedNamespaceMetadata', kind)) {
        const path = ['metadata', kind, ...site.path.map(String)].join('/');
        const mayWrite = (field: Field): boolean => isManaged(field) && field.tokens.join('/') === path;
        into.add(site, { via: kind, mayWrite, isDirect: true });
      }
    }
  }
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

/** A field of the Namespace that Argo CD declares itself. */
function isManaged({ id }: Field): boolean {
  return id.kind === 'Namespace' && id.group === '';
}

function isNamespace({ tokens }: Field): boolean {
  return tokens.join('/') === 'metadata/namespace';
}

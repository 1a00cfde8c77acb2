import { appId } from '../model/app.ts';
import type { App, AppSource } from '../model/app.ts';
import { folderOf, isWithin, joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree, Remote, RenderEngine } from '../ports.ts';
import { bareApp } from './bareApp.ts';
import { kustomizationFileNames, readFileFacts } from './fileFacts.ts';
import type { DeclaredObject, FileFacts } from './fileFacts.ts';
import type { HubFacts } from './hubFacts.ts';
import { findManifestFolders } from './manifestFolders.ts';
import { isApplicationSet, readApplicationSet } from './readApplicationSet.ts';
import { readApp } from './readApp.ts';
import type { AppSurroundings } from './readApp.ts';
import { isRemoteUrl } from './repoUrl.ts';
import { SetExpander } from './setExpander.ts';
import { walkTree } from './walkTree.ts';
import type { TreeListing } from './walkTree.ts';

/** The apps of a tree and the trouble on the way to them. */
export interface Discovery {
  /** Sorted by id. */
  readonly apps: readonly App[];
  /** AppProjects of Argo CD. */
  readonly projects: readonly KubeObject[];
  /** Policies and what belongs to them, wherever a file holds some. */
  readonly rules: readonly DeclaredObject[];
  /** Files that could matter and do not parse. */
  readonly problems: readonly RenderProblem[];
}

/** Discovers the apps of one tree; for a tree that changes use an `AppCatalog`, which reads unchanged texts once. */
export async function discoverApps(
  tree: FileTree,
  remotes: readonly Remote[],
  signal: AbortSignal,
  engine?: SetEngine,
): Promise<Discovery> {
  return new AppCatalog(engine).discover(tree, remotes, signal);
}

/** What of the engine discovery needs. */
export type SetEngine = Pick<RenderEngine, 'applicationSet'>;

/** For trees without ApplicationSets. */
const noEngine: SetEngine = {
  applicationSet: () => Promise.reject(new Error('An ApplicationSet needs the rendering engine.')),
};

interface ReadFile {
  readonly content: Uint8Array;
  readonly facts: FileFacts;
}

/** Finds apps again and again, keeping what it learned of each content. */
export class AppCatalog {
  readonly #expander: SetExpander;
  #known: ReadonlyMap<RepoPath, ReadFile> = new Map();

  constructor(engine: SetEngine = noEngine) {
    this.#expander = new SetExpander(engine);
  }

  async discover(tree: FileTree, remotes: readonly Remote[], signal: AbortSignal, hub?: HubFacts): Promise<Discovery> {
    const listing = await walkTree(tree, signal);
    const known = new Map<RepoPath, ReadFile>();
    const candidates = listing.files.filter((file) => /\.(ya?ml|json)$|(^|\/)Kustomization$/.test(file));
    await Promise.all(candidates.map(async (file) => this.#read(tree, file, known, signal)));
    signal.throwIfAborted();
    this.#known = known;
    const facts = new Map(
      candidates.flatMap((file) => {
        const read = known.get(file);
        return read === undefined ? [] : [[file, read.facts] as const];
      }),
    );
    const patches = patchFiles(facts);
    const declared = [...facts].flatMap(([file, each]) => (patches.has(file) ? [] : each.declared));
    const around = surroundings(listing, declared, remotes);
    const apps = await this.#readDeclared(declared, around, tree, hub, signal);
    const projects = declared.flatMap(({ object }) => (isProject(object) ? [object] : []));
    return { ...assemble(listing, facts, patches, apps), projects };
  }

  /** The apps that reconcilers' objects declare, sets by what the engine makes of them. */
  async #readDeclared(
    declared: readonly DeclaredObject[],
    around: AppSurroundings,
    tree: FileTree,
    hub: HubFacts | undefined,
    signal: AbortSignal,
  ): Promise<readonly App[]> {
    const sets = declared.filter(isApplicationSet);
    const replies = await this.#expander.expandAll(sets, hub?.clusters, tree, signal);
    const textOf = (file: RepoPath): string | undefined => {
      const read = this.#known.get(file);
      return read && new TextDecoder().decode(read.content);
    };
    return declared.flatMap((each) => {
      const reply = replies[sets.indexOf(each)];
      return reply === undefined
        ? (readApp(each, around) ?? [])
        : readApplicationSet(each, reply, { around, hub, textOf });
    });
  }

  async #read(tree: FileTree, file: RepoPath, known: Map<RepoPath, ReadFile>, signal: AbortSignal): Promise<void> {
    const content = await tree.read(file, signal);
    if (content === undefined || content.length > largestFile) return;
    const before = this.#known.get(file);
    const isKnown = before !== undefined && isSame(before.content, content);
    const facts = isKnown ? before.facts : readFileFacts(file, new TextDecoder().decode(content));
    // The newer of equal arrays: it is the one that the tree keeps too.
    known.set(file, { content, facts });
  }
}

function isProject({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'AppProject' && groupOf(apiVersion) === 'argoproj.io';
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]));
}

/** Bytes; what is larger is data, not manifests. */
const largestFile = 5_000_000;

function assemble(
  listing: TreeListing,
  facts: ReadonlyMap<RepoPath, FileFacts>,
  patches: ReadonlySet<RepoPath>,
  declared: readonly App[],
): Omit<Discovery, 'projects'> {
  const reconciled = withUniqueIds(declared);
  const roots = bareRoots(listing, facts, reconciled);
  const folders = findManifestFolders({ listing, facts, apps: reconciled, patches });
  const charts = bareCharts(listing, facts, reconciled);
  const apps = [...reconciled, ...roots, ...charts, ...folders.map((path) => bareApp('manifests', path))];
  return {
    apps: apps.sort((a, b) => (a.id < b.id ? -1 : 1)),
    rules: [...facts].flatMap(([file, each]) => (patches.has(file) ? [] : each.rules)),
    problems: [...facts.values()].flatMap((each) => each.problems),
  };
}

function surroundings(
  listing: TreeListing,
  declared: readonly DeclaredObject[],
  remotes: readonly Remote[],
): AppSurroundings {
  const sources = new Map(
    declared
      .filter(({ object }) => groupOf(object.apiVersion) === 'source.toolkit.fluxcd.io')
      .map(({ object }) => [`${object.kind}/${namespaceOf(object) ?? 'flux-system'}/${nameOf(object)}`, object]),
  );
  return {
    // A repository without remotes cannot be told from another one: its apps are taken as its own.
    isHere: (url) => remotes.length === 0 || isRemoteUrl(url, remotes),
    folderKind: (path) => folderKind(listing, path),
    findSource: (kind, namespace, name) => sources.get(`${kind}/${namespace}/${name}`),
  };
}

/** What a folder renders as, in Argo CD's order of detection: chart, kustomization, plain folder. */
export function folderKind(listing: TreeListing, path: RepoPath): 'kustomize' | 'helm' | 'directory' | 'absent' {
  const names = listing.byFolder.get(path);
  if (names === undefined) return 'absent';
  if (names.has('Chart.yaml')) return 'helm';
  return kustomizationFileNames.some((name) => names.has(name)) ? 'kustomize' : 'directory';
}

function patchFiles(facts: ReadonlyMap<RepoPath, FileFacts>): ReadonlySet<RepoPath> {
  return new Set(
    [...facts].flatMap(([file, { kustomization }]) =>
      (kustomization?.patches ?? []).flatMap((path) => joinPath(folderOf(file), path) ?? []),
    ),
  );
}

/** The same object may be declared for several clusters; all but the first carry their file in the id. */
function withUniqueIds(apps: readonly App[]): readonly App[] {
  const seen = new Set<string>();
  return apps.map((app) => {
    const isFirst = !seen.has(app.id);
    seen.add(app.id);
    if (isFirst || app.declared === undefined) return app;
    const name = `${app.name}@${app.declared.file}#${String(app.declared.document)}`;
    return { ...app, id: appId(app.kind, { namespace: app.namespace ?? '', name }) };
  });
}

/** Charts that neither an app nor another chart uses; library charts are no apps. */
function bareCharts(
  listing: TreeListing,
  facts: ReadonlyMap<RepoPath, FileFacts>,
  apps: readonly App[],
): readonly App[] {
  const owned = new Set(apps.flatMap(({ source }) => sourceFolders(source)));
  const used = new Set<RepoPath>();
  for (const [file, { chart }] of facts) {
    for (const path of chart?.localDependencies ?? []) used.add(joinPath(folderOf(file), path) ?? '..');
  }
  return [...facts].flatMap(([file, { chart }]) => {
    const folder = folderOf(file);
    if (chart === undefined || chart.isLibrary || owned.has(folder) || used.has(folder)) return [];
    return isInsideChart(listing, folder) ? [] : [bareApp('helm', folder)];
  });
}

function isInsideChart(listing: TreeListing, folder: RepoPath): boolean {
  for (let at = folder; at !== '';) {
    at = folderOf(at);
    if (listing.byFolder.get(at)?.has('Chart.yaml') === true) return true;
  }
  return false;
}

function sourceFolders(source: AppSource): readonly RepoPath[] {
  return source.kind === 'here' ? [source.path, ...(source.others ?? []).map((each) => each.path)] : [];
}

/** Kustomization roots that neither another kustomization nor an app refers to. */
function bareRoots(
  listing: TreeListing,
  facts: ReadonlyMap<RepoPath, FileFacts>,
  apps: readonly App[],
): readonly App[] {
  const used = new Set<RepoPath>();
  for (const [file, { kustomization }] of facts) {
    for (const path of kustomization?.references ?? []) used.add(joinPath(folderOf(file), path) ?? '..');
  }
  const owned = apps.flatMap(({ source, kind }) => sourceFolders(source).map((path) => ({ path, kind })));
  const isOwned = (folder: RepoPath): boolean =>
    owned.some(({ path, kind }) =>
      // Flux takes up the kustomizations below a folder that has none itself.
      kind === 'flux-kustomization' && folderKind(listing, path) === 'directory'
        ? isWithin(folder, path)
        : folder === path,
    );
  return [...facts].flatMap(([file, { kustomization }]) => {
    const folder = folderOf(file);
    if (kustomization === undefined || kustomization.isComponent || used.has(folder) || isOwned(folder)) return [];
    return [bareApp('kustomize', folder)];
  });
}

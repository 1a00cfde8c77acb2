import { appId } from '../model/app.ts';
import type { App, AppSource } from '../model/app.ts';
import { folderOf, isWithin, joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { Remote } from '../ports.ts';
import { bareApp } from './bareApp.ts';
import { kustomizationFileNames } from './fileFacts.ts';
import type { DeclaredObject, FileFacts } from './fileFacts.ts';
import { findManifestFolders } from './manifestFolders.ts';
import type { AppSurroundings } from './readApp.ts';
import { isRemoteUrl } from './repoUrl.ts';
import type { TreeListing } from './walkTree.ts';

/** A tree as far as discovery read it. */
export interface ReadTree {
  readonly listing: TreeListing;
  readonly facts: ReadonlyMap<RepoPath, FileFacts>;
  readonly patches: ReadonlySet<RepoPath>;
}

/** The apps of a tree: those that reconcilers' objects declare, and what is left of roots, charts and folders. Sorted by id. */
export function assembleApps({ listing, facts, patches }: ReadTree, declared: readonly App[]): readonly App[] {
  const reconciled = withUniqueIds(declared);
  const roots = bareRoots(listing, facts, reconciled);
  const folders = findManifestFolders({ listing, facts, apps: reconciled, patches });
  const charts = bareCharts(listing, facts, reconciled);
  const apps = [...reconciled, ...roots, ...charts, ...folders.map((path) => bareApp('manifests', path))];
  return apps.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What reading apps needs to know of the tree around them. */
export function surroundings(
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

/** Files that kustomizations use as patches: they look like objects but are none. */
export function patchFiles(facts: ReadonlyMap<RepoPath, FileFacts>): ReadonlySet<RepoPath> {
  return new Set(
    [...facts].flatMap(([file, { kustomization }]) =>
      (kustomization?.patches ?? []).flatMap((path) => joinPath(folderOf(file), path) ?? []),
    ),
  );
}

/** The same object may be declared for several clusters; all but the first carry in the id who renders it, or their file. */
function withUniqueIds(apps: readonly App[]): readonly App[] {
  const seen = new Set<string>();
  return apps.map((app) => {
    const isFirst = !seen.has(app.id);
    seen.add(app.id);
    if (isFirst || app.declared === undefined) return app;
    const { parent, file, document } = app.declared;
    const name = `${app.name}@${parent === undefined ? `${file}#${String(document)}` : parent.app.id}`;
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
  const owned = apps.flatMap(({ source, kind }) => sourceFolders(source).map((path) => ({ path, kind })));
  const isOwned = (folder: RepoPath): boolean =>
    owned.some(({ path, kind }) =>
      // Flux takes up the kustomizations below a folder that has none itself.
      kind === 'flux-kustomization' && folderKind(listing, path) === 'directory'
        ? isWithin(folder, path)
        : folder === path,
    );
  const uses = kustomizationUses(facts);
  const used = new Set([...uses.values()].flat());
  const reached = new Set<RepoPath>();
  const reach = (folder: RepoPath): void => {
    if (reached.has(folder)) return;
    reached.add(folder);
    for (const each of uses.get(folder) ?? []) reach(each);
  };
  const ownFolders = [...facts].flatMap(([file, { kustomization }]) =>
    kustomization === undefined || kustomization.isComponent ? [] : [folderOf(file)],
  );
  const starts = [...uses.keys()].filter((folder) => !used.has(folder) || isOwned(folder));
  for (const folder of starts) reach(folder);
  const roots = ownFolders.filter((folder) => !used.has(folder) && !isOwned(folder));
  // Kustomizations that use each other in a circle have no root; the first of them stands for the circle.
  for (const folder of ownFolders) {
    if (reached.has(folder) || isOwned(folder)) continue;
    roots.push(folder);
    reach(folder);
  }
  return roots.map((folder) => bareApp('kustomize', folder));
}

/** What the kustomization of each folder refers to, as paths of the repository. */
function kustomizationUses(facts: ReadonlyMap<RepoPath, FileFacts>): ReadonlyMap<RepoPath, readonly RepoPath[]> {
  return new Map(
    [...facts].flatMap(([file, { kustomization }]) => {
      const folder = folderOf(file);
      return kustomization === undefined
        ? []
        : [[folder, kustomization.references.map((path) => joinPath(folder, path) ?? '..')] as const];
    }),
  );
}

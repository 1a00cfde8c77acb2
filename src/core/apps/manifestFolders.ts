import type { App } from '../model/app.ts';
import { folderOf, isWithin, joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { kustomizationFileNames } from './fileFacts.ts';
import type { FileFacts } from './fileFacts.ts';
import type { TreeListing } from './walkTree.ts';

/** What the search for plain folders looks at. */
export interface ManifestSearch {
  readonly listing: TreeListing;
  readonly facts: ReadonlyMap<RepoPath, FileFacts>;
  /** The apps found so far: what lies under their paths is theirs. */
  readonly apps: readonly App[];
  /** Files that kustomizations use as patches. */
  readonly patches: ReadonlySet<RepoPath>;
}

/** The topmost folders that hold manifests which neither an app nor a kustomization nor a chart uses. */
export function findManifestFolders(search: ManifestSearch): readonly RepoPath[] {
  const taken = takenFolders(search);
  const used = usedPaths(search);
  const folders = new Set<RepoPath>();
  for (const [file, facts] of search.facts) {
    if (!facts.hasManifests || search.patches.has(file)) continue;
    if (isTaken(folderOf(file), taken) || isUsed(file, used)) continue;
    folders.add(folderOf(file));
  }
  const sorted = [...folders].sort();
  return sorted.filter((folder) => !hasFolderAbove(folder, folders));
}

/** Folders with everything below them that belong to an app, a chart or a kustomization. */
function takenFolders({ listing, apps }: ManifestSearch): ReadonlySet<RepoPath> {
  const owned = apps.flatMap(({ source }) =>
    source.kind === 'here' ? [source.path, ...(source.others ?? []).map((each) => each.path)] : [],
  );
  const rooted = [...listing.byFolder].flatMap(([folder, names]) =>
    names.has('Chart.yaml') || kustomizationFileNames.some((name) => names.has(name)) ? [folder] : [],
  );
  return new Set([...owned, ...rooted]);
}

/** Files and folders that kustomizations name, wherever they are. */
function usedPaths({ facts }: ManifestSearch): ReadonlySet<RepoPath> {
  return new Set(
    [...facts].flatMap(([file, { kustomization }]) =>
      (kustomization?.references ?? []).flatMap((path) => joinPath(folderOf(file), path) ?? []),
    ),
  );
}

function isTaken(folder: RepoPath, taken: ReadonlySet<RepoPath>): boolean {
  for (let at = folder; ; at = folderOf(at)) {
    if (taken.has(at)) return true;
    if (at === '') return false;
  }
}

function isUsed(file: RepoPath, used: ReadonlySet<RepoPath>): boolean {
  return used.has(file);
}

function hasFolderAbove(folder: RepoPath, folders: ReadonlySet<RepoPath>): boolean {
  return [...folders].some((other) => other !== folder && isWithin(folder, other));
}

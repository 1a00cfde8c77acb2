import type { RepoPath } from './place.ts';
import { sha256 } from './sha256.ts';

/** Something outside of the repository that an app is made of, as it is declared: what has to be fetched once. */
export type RemoteNeed =
  /** A chart of a repository with an index; `version` may be a range, empty for the newest. */
  | { readonly kind: 'chart'; readonly url: string; readonly chart: string; readonly version: string }
  /** An artifact of an OCI registry: `url` is `oci://host/path` of the repository, `version` a tag, a range or a digest. */
  | { readonly kind: 'oci'; readonly url: string; readonly version: string }
  /** A Git repository at a branch, tag or commit; empty for its default branch. */
  | { readonly kind: 'git'; readonly url: string; readonly revision: string }
  /** A single file. */
  | { readonly kind: 'file'; readonly url: string };

/** The folder below which fetched things are shown in a tree, as if they were in the repository; no listing names it. */
export const fetchedRoot: RepoPath = '.plumbline/fetched';

/** Name of the file that a single file is shown as. */
export const fetchedFile = 'content.yaml';

/** The short name by which a need is kept: equal needs have equal names. */
export function needKey(need: RemoteNeed): string {
  return sha256(JSON.stringify(partsOf(need))).slice(0, 24);
}

/** Where a need is shown once it is fetched. */
export function mountOf(need: RemoteNeed): RepoPath {
  return `${fetchedRoot}/${needKey(need)}`;
}

/** The key of the need that a path lies in, and the path below it; `undefined` for a path of the repository. */
export function splitMounted(path: RepoPath): { readonly key: string; readonly rest: RepoPath } | undefined {
  if (!path.startsWith(`${fetchedRoot}/`)) return undefined;
  const [key = '', ...rest] = path.slice(fetchedRoot.length + 1).split('/');
  return { key, rest: rest.join('/') };
}

/** A need as a person would say it. */
export function describeNeed(need: RemoteNeed): string {
  switch (need.kind) {
    case 'chart':
      return `the chart ${need.chart}${spaced(need.version)} of ${need.url}`;
    case 'oci':
      return `${need.url}${spaced(need.version)}`;
    case 'git':
      return `${need.url}${need.revision === '' ? '' : ` at ${need.revision}`}`;
    case 'file':
      return need.url;
  }
}

function spaced(version: string): string {
  return version === '' ? '' : ` ${version}`;
}

function partsOf(need: RemoteNeed): readonly string[] {
  switch (need.kind) {
    case 'chart':
      return [need.kind, need.url.replace(/\/+$/, ''), need.chart, need.version];
    case 'oci':
      return [need.kind, need.url.replace(/\/+$/, ''), need.version];
    case 'git':
      return [need.kind, need.url, need.revision];
    case 'file':
      return [need.kind, need.url];
  }
}

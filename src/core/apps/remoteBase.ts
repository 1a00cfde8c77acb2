import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';

/** An entry of a kustomization that leads out of the repository. */
export interface RemoteEntry {
  readonly need: RemoteNeed;
  /** The folder in a Git repository; empty for its root and for a single file. */
  readonly path: RepoPath;
}

/** Hosts whose addresses name an organisation and a repository first. */
const forges = /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)$/i;

/**
 * Reads an entry of `resources`, `bases` or `components` as kustomize does (kustomize `api/internal/git/repospec.go` and
 * `examples/remoteBuild.md`); `undefined` for a path of the repository. A file over HTTP is told by its ending.
 */
export function readRemoteEntry(entry: string): RemoteEntry | undefined {
  if (entry.includes('\n')) return undefined;
  const isForced = entry.startsWith('git::');
  const bare = isForced ? entry.slice('git::'.length) : entry;
  const [address = '', query = ''] = bare.split('?', 2);
  const written = /^(?:www\.)?github\.com[/:]/i.test(address) ? `https://${address.replace(':', '/')}` : address;
  const scp = /^([\w.-]+@[\w.-]+:)(.*)$/.exec(written);
  const schemed = /^((?:https?|ssh|git|file):\/\/[^/]*)\/?(.*)$/i.exec(written);
  const [, host, rest] = scp ?? schemed ?? [];
  if (host === undefined || rest === undefined) return undefined;
  if (/^https?:/i.test(host) && !isForced && /\.(?:ya?ml|json)$/i.test(rest))
    return { need: { kind: 'file', url: bare }, path: '' };
  const { repository, path } = splitRepository(
    rest,
    forges.test(host.replace(/^.*(?:\/\/|@)/, '').replace(/:.*$/, '')),
  );
  const folder = joinPath(path);
  if (repository === '' || folder === undefined) return undefined;
  const parameters = new URLSearchParams(query);
  const revision = parameters.get('ref') ?? parameters.get('version') ?? '';
  const url = scp === null ? `${host}/${repository}` : `${host}${repository}`;
  return { need: { kind: 'git', url, revision }, path: folder };
}

/** A double slash ends the repository, so does `.git`; else a forge's addresses have two parts and others are whole. */
function splitRepository(rest: string, isForge: boolean): { readonly repository: string; readonly path: string } {
  const double = rest.indexOf('//');
  if (double >= 0) return { repository: rest.slice(0, double), path: rest.slice(double + 2) };
  const git = /^(.*?\.git)(?:\/(.*))?$/.exec(rest);
  if (git !== null) return { repository: git[1] ?? '', path: git[2] ?? '' };
  if (!isForge) return { repository: rest.replace(/\/+$/, ''), path: '' };
  const [owner = '', name = '', ...path] = rest.split('/').filter((part) => part !== '');
  return { repository: name === '' ? '' : `${owner}/${name}`, path: path.join('/') };
}

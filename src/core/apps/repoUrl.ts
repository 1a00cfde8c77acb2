import type { Remote } from '../ports.ts';

/**
 * One spelling for a repository's address: `host/path` in which scheme, user, default port, `.git` and slashes at the
 * end no longer tell addresses apart; a folder keeps its absolute path. The host's case does not count, the path's does.
 */
export function normalizeRepoUrl(url: string): string {
  const text = url.trim();
  const schemed = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/i.exec(text);
  if (schemed) {
    const [, scheme = '', authority = '', path = ''] = schemed;
    return scheme.toLowerCase() === 'file'
      ? cleanPath(path)
      : `${cleanHost(authority, scheme)}/${cleanPath(path).replace(/^\/+/, '')}`;
  }
  // scp-like: `user@host:path`; a drive letter or a slash before the colon makes it a folder (git-clone(1), GIT URLS).
  const scp = /^(?:[^@/\s]+@)?(\[[^\]]+\]|[^:/\s]{2,}):(?!\/\/)(.*)$/.exec(text);
  if (scp) return `${(scp[1] ?? '').toLowerCase()}/${cleanPath(scp[2] ?? '').replace(/^\/+/, '')}`;
  return cleanPath(text);
}

/** Tells whether an address names the repository that has these remotes. */
export function isRemoteUrl(url: string, remotes: readonly Remote[]): boolean {
  const wanted = normalizeRepoUrl(url);
  return remotes.some((remote) => remote.urls.some((known) => normalizeRepoUrl(known) === wanted));
}

const defaultPorts: Readonly<Record<string, string>> = {
  ssh: '22',
  'git+ssh': '22',
  http: '80',
  https: '443',
  git: '9418',
};

function cleanHost(authority: string, scheme: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const port = /:(\d+)$/.exec(host);
  // An ssh service on another port (ssh.example.com:2222) is still the host of the https address.
  const isSsh = scheme.toLowerCase().endsWith('ssh');
  return port && (isSsh || port[1] === defaultPorts[scheme.toLowerCase()]) ? host.slice(0, -port[0].length) : host;
}

function cleanPath(path: string): string {
  const bare = safeDecode(path)
    .replace(/\\/g, '/')
    .replace(/\/{2,}/g, '/')
    .replace(/\/+$/, '');
  return bare.replace(/\.git$/, '').replace(/\/+$/, '');
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

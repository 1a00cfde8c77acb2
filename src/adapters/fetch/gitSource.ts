import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RemoteNeed } from '../../core/model/remoteNeed.ts';
import { UserError } from '../../core/model/userError.ts';
import { GitRunner, lastWords } from '../git/gitRunner.ts';
import type { FetchedContent } from './fetchStore.ts';
import type { Environment } from './helmRepositories.ts';
import { shownUrl } from './httpClient.ts';

/** Transports that reach a repository; git's others start programs that the address names. */
const transports = /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/i;

/**
 * Fetches one commit of a Git repository and packs its files. Through git itself, so that a person's own keys and helpers
 * serve; nothing of the repository is run, and what its attributes would leave out of an archive stays in.
 */
export async function fetchCommit(
  { url, revision }: Extract<RemoteNeed, { kind: 'git' }>,
  environment: Environment,
  signal: AbortSignal,
): Promise<FetchedContent> {
  if (!transports.test(url) || revision.startsWith('-')) {
    throw new UserError('fetch-failed', `${shownUrl(url)} is no address that Plumbline fetches from.`, {});
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-fetch-'));
  try {
    const git = new GitRunner(folder, { environment, concurrency: 1 });
    await git.text({ args: ['init', '--bare', '--quiet', '.'] }, signal);
    // The repository's own attributes could leave files out of an archive, or fill words in.
    await mkdir(path.join(folder, 'info'), { recursive: true });
    await writeFile(path.join(folder, 'info', 'attributes'), '* -export-ignore -export-subst\n');
    const wanted = revision === '' ? 'HEAD' : revision;
    const args = ['fetch', '--quiet', '--depth=1', '--no-tags', '--end-of-options', url, wanted];
    const fetched = await git.run({ args, isWrite: true }, signal);
    if (fetched.exitCode !== 0) throw refused(url, wanted, lastWords(fetched));
    const commit = (await git.text({ args: ['rev-parse', '--verify', 'FETCH_HEAD^{commit}'] }, signal)).trim();
    const packed = await git.run({ args: ['archive', '--format=tar.gz', commit] }, signal);
    if (packed.exitCode !== 0) throw refused(url, wanted, lastWords(packed));
    return { kind: 'archive', version: commit, content: packed.stdout };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refused(url: string, revision: string, said: string): UserError {
  const shown = shownUrl(url);
  const isAbsent = /couldn't find remote ref|not our ref|not found/i.test(said);
  const isLogin = /authentication|could not read username|permission denied/i.test(said);
  const code = isLogin ? 'fetch-unauthorized' : isAbsent ? 'fetch-not-found' : 'fetch-failed';
  return new UserError(code, `${revision} of ${shown} cannot be fetched: ${said.replaceAll(url, shown)}`, {
    url: shown,
  });
}

import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitServer, startGitServer } from './gitServer.ts';
import { LabError } from './labError.ts';
import type { Example, Step } from './examples/example.ts';
import { storefront } from './examples/storefront.ts';
import { exampleFolder } from './projectPaths.ts';
import { runOrThrow } from './run.ts';

/** A scratch copy of an example: a working clone whose remote `origin` is served on loopback. */
export interface ScratchRepository {
  readonly example: Example;
  /** The working clone, on branch `main`, nothing uncommitted and nothing unpushed. */
  readonly workdir: string;
  /** The address that the clone, Argo CD and Flux all use. */
  readonly remoteUrl: string;
  /** Runs git in the working clone and returns its output without the last line break. */
  git(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const branch = 'main';

/** Copies an example to `dir/<its name>`, gives it a history, and serves its bare remote from `dir/git`. */
export async function startRepository(dir: string, example: Example = storefront): Promise<ScratchRepository> {
  const [workdir, bareRoot] = [join(dir, example.name), join(dir, 'git')];
  if (existsSync(workdir)) throw new LabError(`${workdir} exists already: remove it or choose another folder.`);
  await mkdir(bareRoot, { recursive: true });
  const bare = join(bareRoot, `${example.name}.git`);
  await runOrThrow('git', ['init', '--quiet', '--bare', `--initial-branch=${branch}`, bare]);
  const server = await startGitServer(bareRoot);
  try {
    return await fill(workdir, server, example);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function fill(workdir: string, server: GitServer, example: Example): Promise<ScratchRepository> {
  const remoteUrl = server.urlOf(example.name);
  await cp(exampleFolder(example.name), workdir, { recursive: true });
  await replacePlaceholder(workdir, example.placeholderUrl, remoteUrl);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await runOrThrow('git', ['-C', workdir, ...args])).trimEnd();
  await git('init', '--quiet', `--initial-branch=${branch}`);
  const config = { ...localConfig, 'user.email': `developer@${example.name}.example` };
  for (const [key, value] of Object.entries(config)) await git('config', key, value);
  // The editor's settings for this folder are no part of the example.
  await appendFile(join(workdir, '.git', 'info', 'exclude'), '.vscode/\n');
  await git('remote', 'add', 'origin', remoteUrl);
  for (const step of example.history) await commit(workdir, example.name, step);
  await git('push', '--quiet', '--set-upstream', 'origin', branch);
  return { example, workdir, remoteUrl, git, stop: () => server.stop() };
}

/** Set in the clone itself, so that a person's global configuration (signing, hooks, line ends) changes nothing here. */
const localConfig = {
  'user.name': 'Example Developer',
  'commit.gpgsign': 'false',
  'core.autocrlf': 'false',
  'core.hooksPath': '.git/hooks',
  // An empty proxy is none: the remote is on loopback.
  'http.proxy': '',
};

async function commit(
  workdir: string,
  example: string,
  { message, author, hoursAgo, paths, edit }: Step,
): Promise<void> {
  if (edit) await exchange(join(workdir, edit.file), edit.from, edit.to);
  const date = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  const email = `${author.toLowerCase().replace(' ', '.')}@${example}.example`;
  const env = {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
  await runOrThrow('git', ['-C', workdir, 'add', '--', ...paths]);
  await runOrThrow('git', ['-C', workdir, 'commit', '--quiet', '-m', message], { env });
}

async function replacePlaceholder(workdir: string, placeholder: string, url: string): Promise<void> {
  const files = await readdir(workdir, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    await exchange(join(workdir, file), placeholder, url);
  }
}

async function exchange(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (text.includes(from)) await writeFile(file, text.replaceAll(from, to));
}

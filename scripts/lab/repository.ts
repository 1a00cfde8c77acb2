import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitServer, startGitServer } from './gitServer.ts';
import { LabError } from './labError.ts';
import { storefrontExample } from './projectPaths.ts';
import { runOrThrow } from './run.ts';

/** A scratch copy of the storefront example: a working clone whose remote `origin` is served on loopback. */
export interface ScratchRepository {
  /** The working clone, on branch `main`, nothing uncommitted and nothing unpushed. */
  readonly workdir: string;
  /** The address that the clone, Argo CD and Flux all use. */
  readonly remoteUrl: string;
  /** Runs git in the working clone and returns its output without the last line break. */
  git(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const placeholderUrl = 'https://git.storefront.example/shop/storefront.git';
const branch = 'main';

interface Step {
  readonly message: string;
  readonly author: string;
  readonly hoursAgo: number;
  readonly paths: readonly string[];
  /** Text exchanged in a file before the commit, to make a state that a later commit changes. */
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
}

const prodOverlay = 'apps/web/overlays/prod/kustomization.yaml';

/** The history that the copy gets, oldest first. The last step brings every file to the example's own state. */
const history: readonly Step[] = [
  { message: 'Add the payments service', author: 'Ada Kuhn', hoursAgo: 330, paths: ['apps/payments'] },
  { message: 'Add catalog and search', author: 'Ada Kuhn', hoursAgo: 290, paths: ['apps/catalog'] },
  {
    message: 'Add web with staging and prod',
    author: 'Noor Brandt',
    hoursAgo: 200,
    paths: ['apps/web'],
    edit: { file: prodOverlay, from: 'newTag: 1.14.2', to: 'newTag: 1.14.1' },
  },
  { message: 'Let Argo CD and Flux apply the apps', author: 'Noor Brandt', hoursAgo: 190, paths: ['clusters'] },
  { message: 'Add a load test to run by hand', author: 'Tomas Vey', hoursAgo: 75, paths: ['tools'] },
  {
    message: 'Release web 1.14.2 to prod',
    author: 'Noor Brandt',
    hoursAgo: 26,
    paths: ['.'],
    edit: { file: prodOverlay, from: 'newTag: 1.14.1', to: 'newTag: 1.14.2' },
  },
];

/** Copies the example to `dir/storefront`, gives it a history, and serves its bare remote from `dir/git`. */
export async function startRepository(dir: string): Promise<ScratchRepository> {
  const [workdir, bareRoot] = [join(dir, 'storefront'), join(dir, 'git')];
  if (existsSync(workdir)) throw new LabError(`${workdir} exists already: remove it or choose another folder.`);
  await mkdir(bareRoot, { recursive: true });
  await runOrThrow('git', [
    'init',
    '--quiet',
    '--bare',
    `--initial-branch=${branch}`,
    join(bareRoot, 'storefront.git'),
  ]);
  const server = await startGitServer(bareRoot);
  try {
    return await fill(workdir, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function fill(workdir: string, server: GitServer): Promise<ScratchRepository> {
  const remoteUrl = server.urlOf('storefront');
  await cp(storefrontExample, workdir, { recursive: true });
  await replacePlaceholder(workdir, remoteUrl);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await runOrThrow('git', ['-C', workdir, ...args])).trimEnd();
  await git('init', '--quiet', `--initial-branch=${branch}`);
  for (const [key, value] of Object.entries(localConfig)) await git('config', key, value);
  // The editor's settings for this folder are no part of the example.
  await appendFile(join(workdir, '.git', 'info', 'exclude'), '.vscode/\n');
  await git('remote', 'add', 'origin', remoteUrl);
  for (const step of history) await commit(workdir, step);
  await git('push', '--quiet', '--set-upstream', 'origin', branch);
  return { workdir, remoteUrl, git, stop: () => server.stop() };
}

/** Set in the clone itself, so that a person's global configuration (signing, hooks, line ends) changes nothing here. */
const localConfig = {
  'user.name': 'Storefront Developer',
  'user.email': 'developer@storefront.example',
  'commit.gpgsign': 'false',
  'core.autocrlf': 'false',
  'core.hooksPath': '.git/hooks',
  // An empty proxy is none: the remote is on loopback.
  'http.proxy': '',
};

async function commit(workdir: string, { message, author, hoursAgo, paths, edit }: Step): Promise<void> {
  if (edit) await exchange(join(workdir, edit.file), edit.from, edit.to);
  const date = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  const email = `${author.toLowerCase().replace(' ', '.')}@storefront.example`;
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

async function replacePlaceholder(workdir: string, remoteUrl: string): Promise<void> {
  const files = await readdir(join(workdir, 'clusters'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    await exchange(join(workdir, 'clusters', file), placeholderUrl, remoteUrl);
  }
}

async function exchange(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll(from, to));
}

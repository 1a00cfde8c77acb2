import { existsSync } from 'node:fs';
import { UserError } from '../../core/model/userError.ts';
import { loadGit } from './loadGit.ts';

/** How git is called; everything has a default that fits a person's own machine. */
export interface GitOptions {
  /** The environment git runs in; hooks and credential helpers see it too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How many git processes may run at once. */
  readonly concurrency: number;
}

/** What a git process left behind. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitCall {
  readonly args: readonly string[];
  /** Text for standard input. */
  readonly input?: string | undefined;
  /** The call may ask for credentials or run hooks: it gets the askpass program of the person's environment. */
  readonly isWrite?: boolean | undefined;
}

/** Variables that a person's own set-up relies on for talking to remotes and for identity; all other `GIT_…` are left out. */
const allowed = [
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_TERMINAL_PROMPT',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
];

/** Calls of programs by simple-git's own guard; they are only taken from the person's environment, for writes. */
const programs = ['GIT_ASKPASS', 'SSH_ASKPASS', 'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT'];

/**
 * A repository's own configuration may name a program that any `git status` starts (`core.fsmonitor`); reading a
 * repository, trusted or not, starts nothing but git.
 */
const withoutPrograms = ['-c', 'core.fsmonitor=false'];

/** Runs git in one folder, by argument arrays, in the C locale and without prompts on a terminal. */
export class GitRunner {
  readonly folder: string;
  readonly #options: GitOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(folder: string, options: GitOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /** Runs git and returns what it said, whatever its exit code; throws when it could not run at all or was aborted. */
  async run(call: GitCall, signal: AbortSignal): Promise<GitResult> {
    await this.#acquire(signal);
    try {
      return await this.#spawn(call, signal);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** Runs git and returns its output; a failure is a `UserError` `git-failed` that quotes git. */
  async text(call: GitCall, signal: AbortSignal): Promise<string> {
    const result = await this.run(call, signal);
    if (result.exitCode !== 0) throw gitFailed(this.folder, call.args, result);
    return result.stdout.toString('utf8');
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    while (this.#running >= this.#options.concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (signal.aborted) this.#waiting.shift()?.();
    signal.throwIfAborted();
    this.#running++;
  }

  async #spawn({ args: given, input, isWrite = false }: GitCall, signal: AbortSignal): Promise<GitResult> {
    const simpleGit = await loadGit();
    if (!existsSync(this.folder)) throw new UserError('no-repository', `The folder ${this.folder} does not exist.`, {});
    const seen: GitResult[] = [];
    const args = isWrite ? given : [...withoutPrograms, ...given];
    const git = simpleGit({
      baseDir: this.folder,
      abort: signal,
      allowEnvironment: allowed,
      // Only programs that the person's own environment names, and only where a remote may ask for credentials.
      unsafe: isWrite ? { allowUnsafeAskPass: true, allowUnsafeSshCommand: true } : { allowUnsafeFsMonitor: true },
      ...(input === undefined ? {} : { input: () => input }),
      errors: (error, { exitCode, stdOut, stdErr }) => {
        // An exit code means that git ran; simple-git's own reading of it (failed when anything stands on stderr) is not used.
        if (exitCode < 0 || exitCode > 255 || signal.aborted) return error ?? new Error(textOf(stdErr));
        seen.push({ exitCode, stdout: Buffer.concat(stdOut), stderr: textOf(stdErr) });
        return undefined;
      },
    });
    try {
      await git.env(this.#environment(isWrite)).raw([...args]);
    } catch (cause) {
      signal.throwIfAborted();
      throw startFailed(this.folder, cause);
    }
    const [result] = seen;
    if (result === undefined) throw new Error('git ended without a result');
    return result;
  }

  #environment(isWrite: boolean): Record<string, string> {
    const left = Object.entries(this.#options.environment).filter(([name]) => isKept(name, isWrite));
    return {
      ...Object.fromEntries(left.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C.UTF-8',
      LANGUAGE: '',
    };
  }
}

/** What git says of objects that are missing or broken (git's `object-file.c`, `packfile.c`). */
const damage = /bad object|unable to read|loose object|missing object|object file .* is empty|packfile .* cannot/;

/** The `UserError` for a git call that failed in a way nobody foresaw: git's own last words, and what was run. */
export function gitFailed(folder: string, args: readonly string[], result: GitResult): UserError {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  const said = lastWords(result);
  const next = damage.test(said) ? '. The repository is damaged; git fsck says what is missing.' : '';
  return new UserError('git-failed', `git ${command} failed in ${folder}: ${said}${next}`, {
    folder,
    command,
    exitCode: String(result.exitCode),
  });
}

/** What git said last: its `fatal:` and `error:` lines, else the last lines of its output. */
export function lastWords({ stderr, stdout }: GitResult): string {
  const lines = `${stdout.toString('utf8')}\n${stderr}`.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('hint:'));
  const strong = said
    .filter((line) => /^(?:fatal|error):/.test(line))
    .map((line) => line.replace(/^(?:fatal|error): /, ''));
  return (strong.length > 0 ? strong : said.slice(-5)).join('\n') || 'it said nothing';
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

/** Drops what simple-git guards against (editors, pagers, foreign git folders), keeping what remotes need for writes. */
function isKept(name: string, isWrite: boolean): boolean {
  if (programs.includes(name)) return isWrite;
  if (name.startsWith('GIT_')) return allowed.includes(name);
  return !['EDITOR', 'VISUAL', 'PAGER', 'PREFIX'].includes(name);
}

function startFailed(folder: string, cause: unknown): UserError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (!text.includes('ENOENT'))
    return new UserError('git-failed', `git could not run in ${folder}: ${text}`, { folder }, { cause });
  const message = 'git was not found. Install git (https://git-scm.com) and make sure that it is on the PATH.';
  return new UserError('git-missing', message, { folder }, { cause });
}

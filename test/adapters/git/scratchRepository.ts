import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository } from '../../../src/adapters/git/gitBundle.ts';
import type { Repository } from '../../../src/adapters/git/gitBundle.ts';

/** A real repository in a temporary folder, away from the settings of the person who runs the tests. */
export class ScratchRepository {
  readonly home: string;
  readonly folder: string;
  readonly environment: Record<string, string | undefined>;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'plumbline-git-'));
    this.folder = join(this.home, 'work');
    mkdirSync(this.folder);
    this.environment = {
      PATH: process.env.PATH,
      HOME: this.home,
      XDG_CONFIG_HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
    };
    this.git('init', '--quiet', '--initial-branch=main');
    this.identify();
  }

  identify(): void {
    this.git('config', 'user.name', 'Ada Example');
    this.git('config', 'user.email', 'ada@example.com');
  }

  git(...args: readonly string[]): string {
    return this.gitIn(this.folder, ...args);
  }

  gitIn(folder: string, ...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: folder, env: this.environment, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(path: string, text: string): void {
    const at = join(this.folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  }

  /** Writes files and commits all of them. */
  save(files: Readonly<Record<string, string>>, message = 'Change'): string {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    this.git('add', '--all');
    this.git('commit', '--quiet', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** A bare remote that `main` follows. */
  addRemote(): string {
    const bare = join(this.home, 'remote.git');
    this.git('init', '--quiet', '--bare', '--initial-branch=main', bare);
    this.git('remote', 'add', 'origin', bare);
    this.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    return bare;
  }

  hook(folder: string, name: string, script: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  open(): Promise<Repository> {
    return openRepository(this.folder, signal, { environment: this.environment });
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A signal that never fires. */
export const signal = new AbortController().signal;

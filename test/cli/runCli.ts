import { execFile } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';

/** What a call of the command left behind. */
export interface CliAnswer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command unbuilt, as a person would; `environment` is laid over this process's own. */
export function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CliAnswer> {
  const command = [path.join(projectRoot, 'src/cli/main.ts'), ...args];
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { encoding: 'utf8', env }, (_, stdout, stderr) => {
      // -1: a signal ended it.
      resolve({ exit: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

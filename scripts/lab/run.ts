import { spawn } from 'node:child_process';

/** How a command ended; `code` is -1 when a signal ended it. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is given besides its arguments; `input` becomes its standard input. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Is told what the command writes to standard error while it runs, as it comes. */
  readonly onStderr?: (text: string) => void;
}

/** Runs a command to its end, whatever its exit code. Rejects when it cannot be started or the signal fires. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: 'pipe',
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk);
      options.onStderr?.(chunk.toString());
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    // A command that ends without reading its input closes the pipe first; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a command and returns its standard output; a failure throws with the last lines of its standard error. */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  const reason = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n');
  throw new Error(`${command} ${args.slice(0, 4).join(' ')} failed (${String(code)}): ${reason}`);
}

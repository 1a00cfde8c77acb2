import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../scripts/lab/cacheDir.ts';
import { run } from '../scripts/lab/run.ts';

/** A programme that Go builds from its own module. */
export interface GoTool {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** The folder of its command within the module. */
  readonly package: string;
}

const buildMinutes = 5;

/** A tool that can be started, or one sentence why not. */
export type BuiltTool = { readonly file: string } | { readonly reason: string };

/** The tool from the cache, built on first use; what a build got done is kept by Go for the next. */
export async function ensureTool(tool: GoTool, progress: (line: string) => void): Promise<BuiltTool> {
  const folder = path.join(cacheDir(), 'tools', `${tool.name}@${tool.version}`);
  const file = path.join(folder, tool.name);
  if (existsSync(file)) return { file };
  progress(`building ${tool.name} ${tool.version} with Go, once, for at most ${String(buildMinutes)} minutes`);
  try {
    await mkdir(folder, { recursive: true });
    const reason = await build(tool, folder, AbortSignal.timeout(buildMinutes * 60_000));
    return reason === undefined ? { file } : { reason };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    const late = `${tool.name} was not built within ${String(buildMinutes)} minutes; the next run goes on from there`;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing ? 'Go or nice is missing' : String(error);
    return { reason: isLate ? late : `${tool.name} cannot be built: ${why}` };
  }
}

/** Why it could not be built, if so. */
async function build(tool: GoTool, folder: string, signal: AbortSignal): Promise<string | undefined> {
  const download = ['mod', 'download', '-json', `${tool.module}@${tool.version}`];
  const fetched = await run('go', download, { cwd: folder, signal });
  const [, source] = /"Dir": "([^"]+)"/.exec(fetched.stdout) ?? [];
  if (source === undefined) return `${tool.name} ${tool.version} is not to be had: ${lastLine(fetched.stdout)}`;
  const scratch = await mkdtemp(path.join(folder, '.building-'));
  try {
    // Within its module, because `go install` refuses a module that replaces others, as Kyverno does.
    const target = path.join(scratch, tool.name);
    const command = ['-n', '15', 'go', 'build', '-o', target, tool.package];
    const { code, stderr } = await run('nice', command, {
      cwd: source,
      signal,
      env: { GOFLAGS: '-p=2', GOWORK: 'off' },
    });
    if (code !== 0) return `${tool.name} cannot be built: ${lastLine(stderr)}`;
    await rename(target, path.join(folder, tool.name));
    return undefined;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../../scripts/lab/cacheDir.ts';
import { run } from '../../scripts/lab/run.ts';

/** An engine's own programme: where it comes from and how it judges objects by policies. */
export interface PolicyTool {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly package: string;
  arguments(policies: string, resources: string): readonly string[];
  /** The violations it found, by what it printed; `undefined` when it did not come to an end. */
  violations(stdout: string): number | undefined;
}

/** `kyverno apply`; its last line counts results. */
export const kyvernoTool: PolicyTool = {
  name: 'kyverno',
  module: 'github.com/kyverno/kyverno',
  version: 'v1.19.1',
  package: './cmd/cli/kubectl-kyverno',
  arguments: (policies, resources) => ['apply', policies, '--resource', resources],
  violations: (stdout) => {
    const [, found] = /\bfail: (\d+)/.exec(stdout) ?? [];
    return found === undefined ? undefined : Number(found);
  },
};

/** `gator test`, which prints each violation. */
export const gatekeeperTool: PolicyTool = {
  name: 'gator',
  module: 'github.com/open-policy-agent/gatekeeper/v3',
  version: 'v3.23.1',
  package: './cmd/gator',
  arguments: (policies, resources) => ['test', '--filename', policies, '--filename', resources],
  violations: (stdout) => {
    const lines = stdout.split('\n').filter((line) => /\["?rule-\d+"?\]/.test(line));
    return lines.length === 0 ? undefined : lines.length;
  },
};

const buildMinutes = 5;

/** A tool that can be started, or one sentence why not. */
export type BuiltTool = { readonly file: string } | { readonly reason: string };

/** The tool from the cache, built on first use; what a build got done is kept by Go for the next. */
export async function ensureTool(tool: PolicyTool, progress: (line: string) => void): Promise<BuiltTool> {
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
async function build(tool: PolicyTool, folder: string, signal: AbortSignal): Promise<string | undefined> {
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

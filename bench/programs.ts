import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { run } from '../scripts/lab/run.ts';
import type { Row } from './row.ts';
import { measured, notMeasured } from './row.ts';

/** The core's tests as a person runs them, start of Node included. */
export async function measureCoreTests(): Promise<readonly Row[]> {
  const what = 'core tests';
  const start = performance.now();
  const script = path.join(projectRoot, 'scripts/test.mjs');
  const { code, stdout } = await run(process.execPath, [script, 'core'], { cwd: projectRoot });
  const seconds = (performance.now() - start) / 1000;
  const counts = stdout.trim().split('\n').at(-1) ?? '';
  const remark = code === 0 ? counts : `${counts}; failing tests`;
  return [measured(what, seconds, 3, 's', remark)];
}

/** What bench/diff.ts prints as its last line. */
export async function measureDiff(): Promise<readonly Row[]> {
  const what = 'diff of 10,000 objects in memory';
  const script = path.join(projectRoot, 'bench/diff.ts');
  if (!existsSync(script)) return [notMeasured(what, '<= 100 ms', 'no benchmark yet')];
  const { stdout, stderr } = await run(process.execPath, [script], { cwd: projectRoot });
  const [, milliseconds] = /([\d.]+) ms/.exec(stdout.trim().split('\n').at(-1) ?? '') ?? [];
  if (milliseconds === undefined) return [notMeasured(what, '<= 100 ms', stderr.trim().split('\n')[0] ?? 'it failed')];
  return [measured(what, Number(milliseconds), 100, 'ms')];
}

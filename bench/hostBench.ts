import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { at, parseJson } from '../scripts/lab/json.ts';
import { runInVsCode } from '../scripts/testing/runInVsCode.ts';
import type { ScratchRepository } from '../scripts/testing/scratchRepository.ts';
import { emptyFolder, storefrontRepository } from '../scripts/testing/scratchRepository.ts';
import type { Row } from './row.ts';
import { measured, notMeasured } from './row.ts';

interface HostMeasure {
  readonly what: string;
  /** Milliseconds. */
  readonly bound: number;
  /** Test file that writes the measure, relative to the project. */
  readonly file: string;
  /**
   * Key in what it writes; the same with `Processor` holds the processor time of the whole extension host meanwhile, with
   * `Remark` what else is to be said.
   */
  readonly key: string;
  readonly remark: string;
  open(): Promise<ScratchRepository>;
}

const measures: readonly HostMeasure[] = [
  {
    what: 'activate()',
    bound: 30,
    file: 'test/host/empty/activation.test.ts',
    key: 'activation',
    remark: 'in a fresh extension host',
    open: emptyFolder,
  },
  {
    what: 'keystroke to updated diagnostics',
    bound: 150,
    file: 'bench/host/keystroke.test.ts',
    key: 'keystroke',
    remark: 'after the 300 ms pause; median of 9; apps/web/overlays/prod of the example',
    open: storefrontRepository,
  },
];

async function measureOne(item: HostMeasure, progress: (line: string) => void): Promise<Row> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bench-'));
  const room = await item.open();
  const output = path.join(scratch, 'measures.json');
  try {
    const env = { PLUMBLINE_MEASURES: output };
    const run = { files: [item.file], folder: room.folder, isTrusted: true, env };
    const { remarks } = await runInVsCode(run, progress);
    const written = parseJson(await readFile(output, 'utf8').catch(() => '{}'));
    const value = at(written, item.key);
    const processor = at(written, `${item.key}Processor`);
    const said = at(written, `${item.key}Remark`);
    const parts = [
      ...(typeof processor === 'number' ? [`${processor.toFixed(1)} ms of processor time`] : []),
      ...(typeof said === 'string' ? [said] : []),
      item.remark,
    ];
    if (typeof value === 'number') return measured(item.what, value, item.bound, 'ms', parts.join('; '));
    return notMeasured(
      item.what,
      `<= ${item.bound} ms`,
      remarks[0]?.split('\n').slice(0, 2).join(': ') ?? 'nothing was written',
    );
  } finally {
    await room.remove();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Times inside a real extension host. */
export async function measureHost(progress: (line: string) => void): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const item of measures) rows.push(await measureOne(item, progress));
  return rows;
}

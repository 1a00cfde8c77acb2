import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DiskTree } from '../../../src/adapters/git/diskTree.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { openPool, render } from './engineFixture.ts';
import { generateChart, generateOverlay } from './generated.ts';

const run = promisify(execFile);
const fromProject = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const collections = ['test/cases/provenance', 'examples'].map(fromProject);

/** Builds the same versions of the libraries natively and runs them on what is on disk; `null` stands for an error. */
async function runNatively(args: readonly string[], input: string): Promise<readonly unknown[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-reference-'));
  try {
    const program = path.join(scratch, 'reference');
    await run('go', ['build', '-buildvcs=false', '-o', program, './cmd/reference'], { cwd: fromProject('engine/render') });
    const running = run(program, [...args], { maxBuffer: 256 * 1024 * 1024 });
    running.child.stdin?.end(input);
    const { stdout } = await running;
    return stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

interface Kustomization {
  readonly repository: string;
  readonly folder: string;
}

/** The kustomizations of a collection whose repositories are `<case>/repo`, or the folders themselves. */
async function findKustomizations(collection: string): Promise<readonly Kustomization[]> {
  if (!existsSync(collection)) return [];
  const files = await readdir(collection, { recursive: true });
  return files
    .filter((file) => /(?:^|\/)kustomization\.ya?ml$/.test(file))
    .map((file) => {
      const parts = path.dirname(file).split('/');
      const depth = parts[1] === 'repo' ? 2 : 1;
      return { repository: path.join(collection, ...parts.slice(0, depth)), folder: parts.slice(depth).join('/') };
    });
}

interface Chart {
  readonly repository: string;
  readonly folder: string;
  readonly valueFiles: readonly string[];
}

/** The charts of a collection, library charts and subcharts included; with the value files beside their defaults. */
async function findCharts(collection: string): Promise<readonly Chart[]> {
  if (!existsSync(collection)) return [];
  const files = await readdir(collection, { recursive: true });
  return files
    .filter((file) => path.basename(file) === 'Chart.yaml')
    .flatMap((file): readonly Chart[] => {
      const parts = path.dirname(file).split('/');
      const depth = parts[1] === 'repo' ? 2 : 1;
      const repository = path.join(collection, ...parts.slice(0, depth));
      const folder = parts.slice(depth).join('/');
      const top = parts.slice(0, depth).join('/');
      const beside = files.filter(
        (each) =>
          (path.dirname(each) === path.dirname(file) && /^values-.*\.yaml$/.test(path.basename(each))) ||
          (each.startsWith(`${top}/envs/`) && each.endsWith('.yaml')),
      );
      const valueFiles = beside.map((each) => each.slice(top.length + 1));
      return [[], ...valueFiles.map((each) => [each])].map((each) => ({ repository, folder, valueFiles: each }));
    });
}

describe('the engine against the libraries built natively', () => {
  const pool = openPool();
  const scratch: string[] = [];
  after(async () => {
    pool.dispose();
    await Promise.all(scratch.map((folder) => rm(folder, { recursive: true })));
  });

  it('renders every kustomization of the cases to equal objects, in the same order', async function () {
    this.timeout(120_000);
    const found = (await Promise.all(collections.map(findKustomizations))).flat();
    if (found.length === 0) this.skip();
    const native = await runNatively(
      ['kustomize', ...found.map((each) => path.join(each.repository, each.folder))],
      '',
    );
    let rendered = 0;
    for (const [i, each] of found.entries()) {
      const reply = await render(pool, new DiskTree(each.repository), each.folder);
      const objects = reply.problems.length > 0 ? null : reply.objects.map(({ object }) => object);
      assert.deepEqual(objects, native[i], `${path.basename(path.dirname(each.repository))} ${each.folder}`);
      if (objects === null) continue;
      rendered++;
      const unexplained = reply.objects.filter(({ origin }) => origin === undefined);
      assert.deepEqual(unexplained, [], `every object of ${each.repository} ${each.folder} has an origin`);
    }
    assert.ok(rendered > 0, 'at least one kustomization renders');
  });

  it('renders every chart of the cases to equal objects, in the same order', async function () {
    this.timeout(240_000);
    const found = (await Promise.all(collections.map(findCharts))).flat();
    if (found.length === 0) this.skip();
    const releases = found.map(({ repository, folder, valueFiles }) =>
      JSON.stringify({ root: repository, chart: folder, name: 'web', namespace: 'prod', files: valueFiles }),
    );
    const native = await runNatively(['helm'], `${releases.join('\n')}\n`);
    let rendered = 0;
    for (const [i, { repository, folder, valueFiles }] of found.entries()) {
      const values = valueFiles.map((file) => ({ kind: 'file', path: file }) as const);
      const request = { chart: folder, release: 'web', namespace: 'prod', values };
      const reply = await pool.helm(request, new DiskTree(repository), new AbortController().signal);
      const objects = reply.problems.length > 0 ? null : reply.objects.map(({ object }) => object);
      assert.deepEqual(objects, native[i], `${path.basename(path.dirname(repository))} ${folder} ${valueFiles.join()}`);
      if (objects === null) continue;
      rendered++;
      assert.deepEqual(reply.objects.filter(({ file }) => file === undefined), [], `${repository} ${folder}`);
    }
    assert.ok(rendered > 20, `${rendered} charts render`);
  });

  /** Another seed draws others; a failure names the one that repeats it. */
  const firstSeed = Number(process.env.PLUMBLINE_SEED ?? 1);
  const drawn = Array.from({ length: 60 }, (_, index) => firstSeed + index);

  const onDisk = async (all: readonly Readonly<Record<string, string>>[]): Promise<readonly string[]> => {
    const root = await mkdtemp(path.join(tmpdir(), 'plumbline-drawn-'));
    scratch.push(root);
    return Promise.all(
      all.map(async (files, index) => {
        const folder = path.join(root, String(index));
        for (const [name, text] of Object.entries(files)) {
          await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
          await writeFile(path.join(folder, name), text);
        }
        return folder;
      }),
    );
  };

  it('renders overlays drawn at random to equal objects, in the same order', async function () {
    this.timeout(240_000);
    const files = drawn.map(generateOverlay);
    const folders = await onDisk(files);
    const native = await runNatively(['kustomize', ...folders.map((each) => path.join(each, 'over'))], '');
    let rendered = 0;
    for (const [i, seed] of drawn.entries()) {
      const reply = await render(pool, files[i] ?? {}, 'over');
      const objects = reply.problems.length > 0 ? null : reply.objects.map(({ object }) => object);
      assert.equal(JSON.stringify(objects), JSON.stringify(native[i]), `PLUMBLINE_SEED=${seed}: ${JSON.stringify(files[i])} ${JSON.stringify(reply.problems)}`);
      if (objects !== null) rendered++;
    }
    assert.ok(rendered >= 45, `${rendered} of ${drawn.length} overlays render`);
  });

  it('renders charts drawn at random to equal objects, in the same order', async function () {
    this.timeout(240_000);
    const files = drawn.map(generateChart);
    const folders = await onDisk(files);
    const releases = folders.flatMap((root) =>
      [[], ['values.yaml']].map((valueFiles) =>
        JSON.stringify({ root, chart: 'chart', name: 'web', namespace: 'prod', files: valueFiles }),
      ),
    );
    const native = await runNatively(['helm'], `${releases.join('\n')}\n`);
    let rendered = 0;
    for (const [i, seed] of drawn.entries()) {
      for (const [at, valueFiles] of [[], ['values.yaml']].entries()) {
        const values = valueFiles.map((file) => ({ kind: 'file', path: file }) as const);
        const request = { chart: 'chart', release: 'web', namespace: 'prod', values };
        const reply = await pool.helm(request, new MemoryTree(files[i] ?? {}), new AbortController().signal);
        const objects = reply.problems.length > 0 ? null : reply.objects.map(({ object }) => object);
        const said = `PLUMBLINE_SEED=${seed} ${valueFiles.join()}: ${JSON.stringify(reply.problems)}`;
        assert.equal(JSON.stringify(objects), JSON.stringify(native[i * 2 + at]), said);
        if (objects !== null) rendered++;
      }
    }
    assert.ok(rendered >= 90, `${rendered} of ${drawn.length * 2} charts render`);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { openPool, render } from './engineFixture.ts';

const run = promisify(execFile);
const fromProject = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const collections = ['test/cases/provenance', 'examples'].map(fromProject);

/** Builds the same version of kustomize natively and runs it on folders on disk; `null` stands for an error. */
async function buildNatively(folders: readonly string[]): Promise<readonly unknown[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-reference-'));
  try {
    const program = path.join(scratch, 'reference');
    await run('go', ['build', '-buildvcs=false', '-o', program, './cmd/reference'], { cwd: fromProject('engine') });
    const { stdout } = await run(program, [...folders], { maxBuffer: 256 * 1024 * 1024 });
    return stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function readTree(root: string): Promise<MemoryTree> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (file) => [path.relative(root, file), await readFile(file, 'utf8')] as const),
  );
  return new MemoryTree(Object.fromEntries(contents));
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

describe('the engine against kustomize built natively', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  it('renders every kustomization of the cases to equal objects, in the same order', async function () {
    this.timeout(120_000);
    const found = (await Promise.all(collections.map(findKustomizations))).flat();
    if (found.length === 0) this.skip();
    const native = await buildNatively(found.map((each) => path.join(each.repository, each.folder)));
    let rendered = 0;
    for (const [i, each] of found.entries()) {
      const reply = await render(pool, await readTree(each.repository), each.folder);
      const objects = reply.problems.length > 0 ? null : reply.objects.map(({ object }) => object);
      assert.deepEqual(objects, native[i], `${path.basename(path.dirname(each.repository))} ${each.folder}`);
      if (objects === null) continue;
      rendered++;
      const unexplained = reply.objects.filter(({ origin }) => origin === undefined);
      assert.deepEqual(unexplained, [], `every object of ${each.repository} ${each.folder} has an origin`);
    }
    assert.ok(rendered > 0, 'at least one kustomization renders');
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { isAbort, UserError } from '../../../src/core/model/userError.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import type { FileTree } from '../../../src/core/ports.ts';
import { modules, openPool, render, worker } from './engineFixture.ts';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';

const small = {
  'kustomization.yaml': 'resources: [a.yaml]\n',
  'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
};
const request = { path: '', loadRestrictor: 'root-only' } as const;

/** Two folders a level, each using both of the level below under its own prefix: 2^levels objects from few files. */
function doubling(levels: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    '0a/kustomization.yaml': 'resources: [a.yaml]\n',
    '0a/a.yaml': small['a.yaml'],
    '0b/kustomization.yaml': 'resources: [b.yaml]\n',
    '0b/b.yaml': small['a.yaml'].replace('name: a', 'name: b'),
  };
  for (let level = 1; level <= levels; level++) {
    for (const side of ['a', 'b']) {
      const below = `resources: [../${level - 1}a, ../${level - 1}b]\n`;
      files[`${level}${side}/kustomization.yaml`] = `namePrefix: ${side}${level}-\n${below}`;
    }
  }
  return files;
}

const text = (value: string): readonly number[] => [value.length, ...Buffer.from(value)];
const section = (id: number, ...bytes: readonly number[]): readonly number[] => [id, bytes.length, ...bytes];

/** A module with the engine's exports whose `answer` is one `unreachable` instruction. */
const trappingModule = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // () -> (), (i32) -> i32, (i32) -> (), (i32, i32) -> i64
  ...section(1, 4, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 2, 0x7f, 0x7f, 1, 0x7e),
  ...section(3, 4, 0, 1, 2, 3),
  ...section(5, 1, 0, 1),
  ...section(
    7,
    5,
    ...[...text('memory'), 2, 0],
    ...[...text('_initialize'), 0, 0],
    ...[...text('alloc'), 0, 1],
    ...[...text('release'), 0, 2],
    ...[...text('answer'), 0, 3],
  ),
  ...section(10, 4, 2, 0, 0x0b, 4, 0, 0x41, 0, 0x0b, 2, 0, 0x0b, 3, 0, 0x00, 0x0b),
]);

/** A tree whose answers never come, and that says when it was asked. */
class SilentTree implements FileTree {
  readonly label = 'silent';
  readonly asked: Promise<void>;
  #tell: () => void = () => undefined;

  constructor() {
    this.asked = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  stat(): Promise<never> {
    this.#tell();
    return new Promise(() => undefined);
  }

  read(): Promise<never> {
    return this.stat();
  }

  list(): Promise<never> {
    return this.stat();
  }
}

async function withPool(options: Parameters<typeof openPool>[0], use: (pool: EnginePool) => Promise<void>): Promise<void> {
  const pool = openPool(options);
  try {
    await use(pool);
  } finally {
    pool.dispose();
  }
}

function hasCode(code: UserError['code']): (error: unknown) => boolean {
  return (error) => error instanceof UserError && error.code === code;
}

describe('the pool of engine threads', () => {
  it('starts no thread before the first request', async () => {
    await withPool({}, async (pool) => {
      assert.equal(pool.threads, 0);
      await render(pool, small, '');
      assert.equal(pool.threads, 1);
    });
  });

  it('ends a runaway build at the deadline and serves the next request', async () => {
    await withPool({ deadlineMs: 3_000, threads: 1 }, async (pool) => {
      await assert.rejects(render(pool, doubling(16), '16a'), hasCode('engine-timeout'));
      assert.equal((await render(pool, small, '')).objects.length, 1);
    });
  });

  it('ends a request whose tree never answers at the deadline', async () => {
    await withPool({ deadlineMs: 400 }, async (pool) => {
      const waiting = pool.kustomize(request, new SilentTree(), new AbortController().signal);
      await assert.rejects(waiting, hasCode('engine-timeout'));
    });
  });

  it('rejects with the reason at once when aborted, and goes on', async () => {
    await withPool({ threads: 1 }, async (pool) => {
      const abort = new AbortController();
      const tree = new SilentTree();
      const running = pool.kustomize(request, tree, abort.signal);
      await tree.asked;
      abort.abort();
      await assert.rejects(running, isAbort);
      assert.equal((await render(pool, small, '')).objects.length, 1);
    });
  });

  it('takes nothing up that was aborted while it waited', async () => {
    await withPool({ threads: 1, deadlineMs: 3_000 }, async (pool) => {
      const silent = new SilentTree();
      const first = pool.kustomize(request, silent, new AbortController().signal);
      await silent.asked;
      const abort = new AbortController();
      const never = new SilentTree();
      const second = pool.kustomize(request, never, abort.signal);
      abort.abort();
      await assert.rejects(second, isAbort);
      await assert.rejects(first, hasCode('engine-timeout'));
      const wasAsked = await Promise.race([never.asked.then(() => true), render(pool, small, '').then(() => false)]);
      assert.equal(wasAsked, false);
    });
  });

  it('takes the newest waiting request first', async () => {
    await withPool({ threads: 1 }, async (pool) => {
      await render(pool, small, '');
      const order: string[] = [];
      const ask = async (name: string): Promise<void> => {
        await render(pool, small, '');
        order.push(name);
      };
      await Promise.all(['first', 'second', 'third'].map(ask));
      assert.deepEqual(order, ['first', 'third', 'second']);
    });
  });

  it('replaces a thread that has grown past its bound', async () => {
    await withPool({ threads: 1, mostMemory: 1 }, async (pool) => {
      await render(pool, small, '');
      assert.equal(pool.threads, 0);
      assert.equal((await render(pool, small, '')).objects.length, 1);
    });
  });

  it('says that the engine broke off when its module traps', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-engine-'));
    try {
      await writeFile(path.join(folder, 'kustomize.wasm'), trappingModule);
      await withPool({ threads: 1, modules: folder }, async (pool) => {
        await assert.rejects(render(pool, small, ''), (error) => {
          assert.ok(error instanceof UserError && error.code === 'engine-failed');
          assert.match(error.message, /unreachable/);
          return true;
        });
        assert.equal(pool.threads, 0);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('survives manifests nested beyond all sense', async () => {
    await withPool({ threads: 1 }, async (pool) => {
      const nested = (depth: number): Readonly<Record<string, string>> => ({
        ...small,
        'a.yaml': `${small['a.yaml']}data: ${'['.repeat(depth)}${']'.repeat(depth)}\n`,
      });
      assert.equal((await render(pool, nested(5_000), '')).objects.length, 1);
      assert.match((await render(pool, nested(200_000), '')).problems[0]!.message, /depth/);
      assert.equal((await render(pool, small, '')).objects.length, 1);
    });
  });

  it('places trouble with one file of the tree and hands on a bug of the tree', async () => {
    class FailingTree extends MemoryTree {
      readonly #error: Error;
      constructor(error: Error) {
        super(small);
        this.#error = error;
      }
      override read(file: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
        return file === 'a.yaml' ? Promise.reject(this.#error) : super.read(file, signal);
      }
    }
    await withPool({}, async (pool) => {
      const unreadable = new UserError('file-unreadable', 'a.yaml cannot be read: permission denied');
      const reply = await render(pool, new FailingTree(unreadable), '');
      assert.deepEqual(
        reply.problems.map(({ message, file }) => [message, file]),
        [['a.yaml cannot be read: permission denied', 'a.yaml']],
      );
      await assert.rejects(render(pool, new FailingTree(new TypeError('bug')), ''), TypeError);
    });
  });

  it('names the missing module', async () => {
    await withPool({ modules: '/nowhere' }, async (pool) => {
      await assert.rejects(render(pool, small, ''), (error) => {
        assert.ok(error instanceof UserError && error.code === 'engine-missing');
        assert.match(error.message, /\/nowhere\/kustomize\.wasm/);
        return true;
      });
    });
  });

  it('runs modules as the package has them, packed by Brotli, and names a damaged one', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-packed-'));
    const packed = path.join(folder, 'kustomize.wasm.br');
    try {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
      await writeFile(packed, brotliCompressSync(await readFile(path.join(modules, 'kustomize.wasm')), { params }));
      await withPool({ modules: folder }, async (pool) => {
        assert.equal((await render(pool, small, '')).objects.length, 1);
      });
      await writeFile(packed, 'cut off');
      await withPool({ modules: folder }, async (pool) => {
        await assert.rejects(render(pool, small, ''), /kustomize\.wasm is damaged/);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('fails what is under way when disposed of', async () => {
    const pool = openPool();
    const tree = new SilentTree();
    const running = pool.kustomize(request, tree, new AbortController().signal);
    await tree.asked;
    pool.dispose();
    await assert.rejects(running, isAbort);
    assert.equal(pool.threads, 0);
    await assert.rejects(render(pool, small, ''), isAbort);
  });

  it('lets the process end while threads are idle', async () => {
    const source = (file: string): string => new URL(`../../../src/${file}`, import.meta.url).href;
    const script = `
      import { EnginePool } from ${JSON.stringify(source('adapters/engine/enginePool.ts'))};
      import { MemoryTree } from ${JSON.stringify(source('core/render/memoryTree.ts'))};
      const pool = new EnginePool({ worker: new URL(${JSON.stringify(worker.href)}), modules: ${JSON.stringify(modules)} });
      const tree = new MemoryTree(${JSON.stringify(small)});
      const reply = await pool.kustomize(${JSON.stringify(request)}, tree, new AbortController().signal);
      console.log(reply.objects.length);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      timeout: 20_000, // well below the 30 s after which idle threads end by themselves
    });
    assert.equal(stdout, '1\n');
  }).timeout(30_000);
});

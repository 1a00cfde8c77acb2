import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import type { EnginePoolOptions } from '../../../src/adapters/engine/enginePool.ts';
import { stringAt } from '../../../src/core/model/json.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import type { EngineObject, FileTree, KustomizeReply, KustomizeRequest } from '../../../src/core/ports.ts';

export const worker = new URL('../../../src/adapters/engine/engineWorker.ts', import.meta.url);
export const modules = fileURLToPath(new URL('../../../dist/engine', import.meta.url));
const names = ['kustomize', 'helm', 'health'] as const;

/** Makes a pool over the real modules with an unbuilt worker; the caller disposes of it. */
export function openPool(options: Partial<EnginePoolOptions> = {}): EnginePool {
  const missing = names.find((name) => !existsSync(`${modules}/${name}.wasm`));
  if (missing !== undefined) throw new Error(`dist/engine/${missing}.wasm is missing: run "npm run build"`);
  return new EnginePool({ worker, modules, ...options });
}

/** Renders a folder of a tree, or of files given as text, with kustomize's own load restrictor unless said. */
export function render(
  pool: EnginePool,
  files: Readonly<Record<string, string>> | FileTree,
  path: string,
  loadRestrictor: KustomizeRequest['loadRestrictor'] = 'root-only',
): Promise<KustomizeReply> {
  const tree = isTree(files) ? files : new MemoryTree(files);
  return pool.kustomize({ path, loadRestrictor }, tree, new AbortController().signal);
}

function isTree(files: Readonly<Record<string, string>> | FileTree): files is FileTree {
  return typeof files.read === 'function';
}

/** The object of a kind and name. */
export function find(reply: KustomizeReply, kind: string, name: RegExp | string): EngineObject {
  const found = reply.objects.find(({ object }) => {
    const own = stringAt(object, 'metadata', 'name') ?? '';
    return object.kind === kind && (typeof name === 'string' ? own === name : name.test(own));
  });
  if (found === undefined) throw new Error(`no ${kind} ${String(name)} in ${JSON.stringify(reply)}`);
  return found;
}

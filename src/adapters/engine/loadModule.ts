import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { messageOf, UserError } from '../../core/model/userError.ts';

/** The engine's modules: one for each of the reconcilers' libraries, loaded on its first use. */
export const moduleNames = ['kustomize', 'helm', 'admission', 'kyverno', 'gatekeeper', 'health'] as const;
export type ModuleName = (typeof moduleNames)[number];

/** A module, compiled once for all threads that run it. */
export interface LoadedModule {
  readonly name: ModuleName;
  readonly compiled: WebAssembly.Module;
}

/**
 * Reads and compiles a module of a folder: `<name>.wasm` as it is built, or `<name>.wasm.br` as it is packaged.
 * `UserError` `engine-missing` names the file and how to make it.
 */
export async function loadModule(folder: string, name: ModuleName): Promise<LoadedModule> {
  const path = join(folder, `${name}.wasm`);
  const found = await readModule(path);
  try {
    const bytes = found.isPacked ? await promisify(brotliDecompress)(found.bytes) : found.bytes;
    return { name, compiled: await WebAssembly.compile(bytes) };
  } catch (cause) {
    const message = `The engine ${path} is damaged (${messageOf(cause)}). Build it again or reinstall Plumbline.`;
    throw new UserError('engine-missing', message, { file: path }, { cause });
  }
}

async function readModule(path: string): Promise<{ readonly bytes: Uint8Array; readonly isPacked: boolean }> {
  const built = await readFile(path).catch(() => undefined);
  if (built !== undefined) return { bytes: built, isPacked: false };
  try {
    return { bytes: await readFile(`${path}.br`), isPacked: true };
  } catch (cause) {
    const message = `The engine is missing: ${path} cannot be read. Run "npm run build" or reinstall Plumbline.`;
    throw new UserError('engine-missing', message, { file: path }, { cause });
  }
}

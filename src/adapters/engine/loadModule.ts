import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../core/model/userError.ts';

/** The engine's modules: one for each of the reconcilers' libraries, loaded on its first use. */
export const moduleNames = ['kustomize', 'helm', 'admission', 'kyverno', 'gatekeeper', 'health'] as const;
export type ModuleName = (typeof moduleNames)[number];

/** A module, compiled once for all threads that run it. */
export interface LoadedModule {
  readonly name: ModuleName;
  readonly compiled: WebAssembly.Module;
}

/** Reads and compiles `<name>.wasm` of a folder. `UserError` `engine-missing` names the file and how to make it. */
export async function loadModule(folder: string, name: ModuleName): Promise<LoadedModule> {
  const path = join(folder, `${name}.wasm`);
  const bytes = await readModule(path);
  try {
    return { name, compiled: await WebAssembly.compile(bytes) };
  } catch (cause) {
    const message = `The rendering engine ${path} is damaged (${messageOf(cause)}). Build it again or reinstall Plumbline.`;
    throw new UserError('engine-missing', message, { file: path }, { cause });
  }
}

async function readModule(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `The rendering engine is missing: ${path} cannot be read. Run "npm run build" or reinstall Plumbline.`;
    throw new UserError('engine-missing', message, { file: path }, { cause });
  }
}

import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../core/model/userError.ts';

/** Reads and compiles the engine's module. `UserError` `engine-missing` names the file and how to make it. */
export async function loadModule(path: string): Promise<WebAssembly.Module> {
  const bytes = await readModule(path);
  try {
    return await WebAssembly.compile(bytes);
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

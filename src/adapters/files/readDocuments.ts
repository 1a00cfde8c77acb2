import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isObject } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import { messageOf, UserError } from '../../core/model/userError.ts';
import { readYaml } from '../../core/yaml/readYaml.ts';
import { unfoldList } from '../../core/yaml/unfoldList.ts';

/** A document of a file, objects of a list one by one. */
export interface FileDocument {
  readonly object: JsonObject;
  /** As it was named on the command line, or below the folder that was. */
  readonly file: string;
  readonly text: string;
  /** Position of the document in the file, from 0. */
  readonly document: number;
  /** Reference tokens of the object in the document; empty unless it is part of a list. */
  readonly within: readonly (string | number)[];
}

/** The largest file that is read, in bytes: past it something else than manifests was named. */
const largest = 64 * 1024 * 1024;

/** Reads the documents of files, and of all YAML and JSON files below folders. `UserError` `file-unreadable` names file and line. */
export async function readDocuments(paths: readonly string[]): Promise<readonly FileDocument[]> {
  const files = await Promise.all(paths.map(filesBelow));
  const documents = await Promise.all(files.flat().map(readFileDocuments));
  return documents.flat();
}

async function filesBelow(named: string): Promise<readonly string[]> {
  const found = await attempt(named, () => stat(named));
  if (!found.isDirectory()) return [named];
  const names = await attempt(named, () => readdir(named, { recursive: true }));
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.split(path.sep).includes('.git'))
    .sort()
    .map((name) => path.join(named, name));
}

async function readFileDocuments(file: string): Promise<readonly FileDocument[]> {
  const { size } = await attempt(file, () => stat(file));
  if (size > largest) throw new UserError('file-too-large', `${file} is larger than 64 MB and is not read.`, { file });
  const text = await attempt(file, () => readFile(file, 'utf8'));
  const { documents, problems } = readYaml(text, 'plain');
  const broken = problems.find(({ severity }) => severity === 'error');
  if (broken !== undefined)
    throw new UserError('file-unreadable', `${file}:${broken.line}: ${broken.message}`, { file });
  return documents.flatMap(({ value, index }) =>
    unfoldList(value).flatMap(({ value: object, path: within }) =>
      isObject(object) ? [{ object, file, text, document: index, within }] : [],
    ),
  );
}

async function attempt<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UserError('file-unreadable', `${file} cannot be read: ${messageOf(error)}`, { file }, { cause: error });
  }
}

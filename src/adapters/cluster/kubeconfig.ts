import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { isObject, listAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { UserError } from '../../core/model/userError.ts';
import type { ContextInfo } from '../../core/ports.ts';

/** Kubeconfig files as one: the first file that names a context, cluster or user decides it, as kubectl has it. */
export interface Kubeconfig {
  readonly currentContext?: string | undefined;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

/** One named entry and where it was read. */
export interface Entry {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly value: JsonObject;
}

/** The files that kubectl would read: an explicit one, else `KUBECONFIG` (a list), else `~/.kube/config`. */
export function kubeconfigFiles(explicit: string | undefined, environment: NodeJS.ProcessEnv): readonly string[] {
  if (explicit !== undefined && explicit !== '') return [explicit];
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

/**
 * Reads and merges kubeconfig files; absent ones are skipped as long as one is there. `UserError` `kubeconfig-invalid`
 * names file and line; its cause is left out, because parsers quote what they could not read and that may be a token.
 */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const parts = (await Promise.all(files.map(readPart))).filter((part) => part !== undefined);
  if (parts.length === 0) {
    const where = files.join(', ');
    const message = `No kubeconfig was found (${where}). Set KUBECONFIG or log in to a cluster with its own tool first.`;
    throw new UserError('kubeconfig-invalid', message, { file: where });
  }
  const merge = (kind: 'contexts' | 'clusters' | 'users'): ReadonlyMap<string, Entry> =>
    new Map(parts.toReversed().flatMap((part) => [...part[kind]]));
  const currentContext = parts.map((part) => part.currentContext).find((name) => name !== undefined && name !== '');
  return { currentContext, contexts: merge('contexts'), clusters: merge('clusters'), users: merge('users') };
}

/** The contexts as a person chooses among them. */
export function contextInfos(config: Kubeconfig): readonly ContextInfo[] {
  return [...config.contexts].map(([name, { value }]) => ({
    name,
    server: stringAt(config.clusters.get(stringAt(value, 'cluster') ?? '')?.value, 'server') ?? '',
    namespace: stringAt(value, 'namespace') || undefined,
    isCurrent: name === config.currentContext,
  }));
}

/** A context with its cluster and user; paths in them are absolute. */
export interface ContextParts {
  readonly name: string;
  readonly server: string;
  readonly cluster: JsonObject;
  readonly user: JsonObject;
}

/** Takes one context out of a kubeconfig; `UserError` `context-missing` or `kubeconfig-invalid` says what does not fit. */
export function pickContext(config: Kubeconfig, name: string): ContextParts {
  const context = config.contexts.get(name);
  if (context === undefined) {
    const known = [...config.contexts.keys()].join(', ') || 'none';
    const words = `The kubeconfig has no context ${name}. It has: ${known}.`;
    throw new UserError('context-missing', `${words} Choose one of them, or another kubeconfig.`, {
      context: name,
    });
  }
  const cluster = referenced(config.clusters, context, name, 'cluster');
  const userName = stringAt(context.value, 'user') ?? '';
  const user = userName === '' ? undefined : referenced(config.users, context, name, 'user');
  const server = stringAt(cluster.value, 'server') ?? '';
  if (!/^https?:\/\/./.test(server))
    throw invalid(cluster.file, cluster.line, `the server of cluster ${name} is no web address`);
  return {
    name,
    server,
    cluster: absolute(cluster, ['certificate-authority']),
    user: user === undefined ? {} : absolute(user, ['client-certificate', 'client-key', 'tokenFile']),
  };
}

function referenced(
  entries: ReadonlyMap<string, Entry>,
  context: Entry,
  name: string,
  what: 'cluster' | 'user',
): Entry {
  const wanted = stringAt(context.value, what) ?? '';
  const found = entries.get(wanted);
  if (found !== undefined) return found;
  throw invalid(context.file, context.line, `context ${name} names the ${what} "${wanted}", which is nowhere defined`);
}

/** Paths in a kubeconfig are relative to its own file, commands with a slash too (client-go `clientcmd`). */
function absolute(entry: Entry, keys: readonly string[]): JsonObject {
  const folder = dirname(entry.file);
  const resolved = keys.flatMap((key) => {
    const path = stringAt(entry.value, key);
    return path === undefined || path === '' || isAbsolute(path) ? [] : [[key, join(folder, path)] as const];
  });
  const exec = objectAt(entry.value, 'exec');
  const command = stringAt(exec, 'command') ?? '';
  const isRelative = /[/\\]/.test(command) && !isAbsolute(command);
  const withExec = exec !== undefined && isRelative ? { exec: { ...exec, command: join(folder, command) } } : {};
  return { ...entry.value, ...Object.fromEntries(resolved), ...withExec };
}

async function readPart(file: string): Promise<Kubeconfig | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined)
    throw invalid(file, lines.linePos(error.pos[0]).line, yamlWords[error.code] ?? 'it is not valid YAML');
  if (document.contents === null) return { contexts: new Map(), clusters: new Map(), users: new Map() };
  if (!isMap(document.contents)) throw invalid(file, 1, 'it is not a map of clusters, contexts and users');
  const json = toJson(document);
  const entries = (list: string, key: string): ReadonlyMap<string, Entry> =>
    readEntries(file, document, lines, json, list, key);
  return {
    currentContext: stringAt(json, 'current-context'),
    contexts: entries('contexts', 'context'),
    clusters: entries('clusters', 'cluster'),
    users: entries('users', 'user'),
  };
}

/** What the parser's codes mean, without quoting the text (it may be a credential). */
const yamlWords: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit',
  TAB_AS_INDENT: 'a tab is used as indentation',
  DUPLICATE_KEY: 'a key stands twice',
  MISSING_CHAR: 'a closing quote, bracket or colon is missing',
  MULTIPLE_DOCS: 'it has more than one document',
};

function readEntries(
  file: string,
  document: Document.Parsed,
  lines: LineCounter,
  json: JsonObject,
  list: string,
  key: string,
): ReadonlyMap<string, Entry> {
  const nodes = document.get(list);
  if (nodes !== undefined && nodes !== null && !isSeq(nodes)) {
    throw invalid(file, lineOf(lines, document.get(list, true)), `${list} is not a list`);
  }
  const values = listAt(json, list);
  return new Map(
    values.map((value, index) => {
      const line = lineOf(lines, document.getIn([list, index], true));
      const name = stringAt(value, 'name');
      if (name === undefined || name === '') throw invalid(file, line, `an entry of ${list} has no name`);
      return [name, { file, line, value: objectAt(value, key) ?? {} }];
    }),
  );
}

function lineOf(lines: LineCounter, node: unknown): number {
  const isPlaced = isMap(node) || isSeq(node) || isScalar(node);
  const range = isPlaced ? (node as Node).range : undefined; // The three guards cover every node that has a range.
  return range ? lines.linePos(range[0]).line : 1;
}

function toJson(document: Document.Parsed): JsonObject {
  // Library edge: `toJS` gives plain JSON for a document without errors; everything is read tolerantly after this.
  const value = document.toJS() as Json;
  return isObject(value) ? value : {};
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The kubeconfig ${file} cannot be read: ${why}. Make it a readable file, then connect again.`;
    throw new UserError('kubeconfig-invalid', message, { file }, { cause });
  }
}

function invalid(file: string, line: number, why: string): UserError {
  const message = `The kubeconfig ${file} is broken at line ${line}: ${why}. Mend it, then connect again.`;
  return new UserError('kubeconfig-invalid', message, { file, line: String(line) });
}

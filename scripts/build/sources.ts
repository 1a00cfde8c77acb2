import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from './targets.ts';

/** What the sources say about commands and settings, read from their syntax trees. */
export interface CodeFacts {
  /** Commands that get a handler: keys of the command table, and first arguments of `registerCommand`. */
  readonly handlers: ReadonlySet<string>;
  /** Full names of settings that are read or written: `getConfiguration('a').get('b')` is `a.b`. */
  readonly settings: ReadonlySet<string>;
}

const prefix = 'plumbline.';
const commandTableFile = 'src/host/commands/commandTable.ts';
const readers: ReadonlySet<string> = new Set(['get', 'has', 'inspect', 'update', 'affectsConfiguration']);

function visit(node: ts.Node, seen: (node: ts.Node) => void): void {
  seen(node);
  ts.forEachChild(node, (child) => {
    visit(child, seen);
  });
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function calledName({ expression }: ts.CallExpression): string | undefined {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : undefined;
}

function tableKeys(source: ts.SourceFile): readonly string[] {
  const keys: string[] = [];
  visit(source, (node) => {
    if (!ts.isPropertyAssignment(node) && !ts.isMethodDeclaration(node)) return;
    const key = textOf(node.name);
    if (key?.startsWith(prefix)) keys.push(key);
  });
  return keys;
}

function registered(source: ts.SourceFile): readonly string[] {
  const ids: string[] = [];
  visit(source, (node) => {
    if (!ts.isCallExpression(node) || !/^register(TextEditor)?Command$/.test(calledName(node) ?? '')) return;
    const id = textOf(node.arguments[0]);
    if (id !== undefined) ids.push(id);
  });
  return ids;
}

/** Names of a file by what they stand for: constants by their text, variables and functions by their settings section. */
interface Names {
  readonly texts: ReadonlyMap<string, string>;
  readonly sections: ReadonlyMap<string, string>;
}

function constantTexts(source: ts.SourceFile): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  visit(source, (node) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return;
    const text = textOf(node.initializer);
    if (text !== undefined) texts.set(node.name.text, text);
  });
  return texts;
}

/** The section of the settings that an expression gives; `''` for all of them, `undefined` when it gives something else. */
function sectionIn(expression: ts.Node, { texts, sections }: Names): string | undefined {
  if (ts.isIdentifier(expression)) return sections.get(expression.text);
  if (!ts.isCallExpression(expression)) return undefined;
  const name = calledName(expression);
  if (name !== 'getConfiguration') return name === undefined ? undefined : sections.get(name);
  const [argument] = expression.arguments;
  if (argument === undefined) return '';
  return textOf(argument) ?? (ts.isIdentifier(argument) ? texts.get(argument.text) : undefined);
}

/** What a function returns, when that is one expression. */
function returned(declaration: ts.FunctionDeclaration): ts.Expression | undefined {
  const [statement] = declaration.body?.statements ?? [];
  return statement !== undefined && ts.isReturnStatement(statement) ? statement.expression : undefined;
}

function namesIn(source: ts.SourceFile): Names {
  const texts = constantTexts(source);
  const sections = new Map<string, string>();
  visit(source, (node) => {
    const isNamed = ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node);
    if (!isNamed || node.name === undefined || !ts.isIdentifier(node.name)) return;
    const value = ts.isFunctionDeclaration(node) ? returned(node) : node.initializer;
    const section = value === undefined ? undefined : sectionIn(value, { texts, sections });
    if (section !== undefined) sections.set(node.name.text, section);
  });
  return { texts, sections };
}

function readSettings(source: ts.SourceFile): readonly string[] {
  const known = namesIn(source);
  const names: string[] = [];
  visit(source, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const key = textOf(node.arguments[0]);
    const { expression: holder, name: method } = node.expression;
    if (key === undefined || !readers.has(method.text)) return;
    const section = method.text === 'affectsConfiguration' ? '' : sectionIn(holder, known);
    if (section !== undefined) names.push(section === '' ? key : `${section}.${key}`);
  });
  return names.filter((name) => name.startsWith(prefix));
}

/** What one source file says; `file` is relative to the project. */
export function factsOf(
  file: string,
  text: string,
): { readonly handlers: readonly string[]; readonly settings: readonly string[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const inTable = file === commandTableFile ? tableKeys(source) : [];
  return { handlers: [...inTable, ...registered(source)], settings: readSettings(source) };
}

/** Reads the sources of the extension host. */
export async function readCode(): Promise<CodeFacts> {
  const handlers = new Set<string>();
  const settings = new Set<string>();
  for await (const file of glob(['src/extension.ts', 'src/host/**/*.ts'], { cwd: projectRoot })) {
    const facts = factsOf(file, await readFile(path.join(projectRoot, file), 'utf8'));
    for (const id of facts.handlers) handlers.add(id);
    for (const name of facts.settings) settings.add(name);
  }
  return { handlers, settings };
}

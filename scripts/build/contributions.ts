import type { Manifest } from './manifest.ts';
import { readManifest } from './manifest.ts';
import type { CodeFacts } from './sources.ts';
import { readCode } from './sources.ts';

/** Built-in commands that menus and welcome texts may use. */
const foreign = /^(workbench|vscode|git|editor|list|extension)\./;

function missing(wanted: ReadonlySet<string>, known: ReadonlySet<string>, say: (name: string) => string): string[] {
  return [...wanted].filter((name) => !known.has(name)).map(say);
}

/** One line for each place where package.json, its texts and the code disagree. */
export function disagreements(manifest: Manifest, code: CodeFacts): readonly string[] {
  const usedOwn = new Set([...manifest.usedCommands].filter((command) => !foreign.test(command)));
  const sections = new Set([...manifest.settings].flatMap(prefixesOf));
  return [
    ...missing(manifest.commands, code.handlers, (name) => `command ${name} of package.json has no handler`),
    ...missing(code.handlers, manifest.commands, (name) => `handler ${name} has no command in package.json`),
    ...missing(usedOwn, manifest.commands, (name) => `menu or link uses command ${name}, which package.json lacks`),
    ...missing(manifest.usedTexts, manifest.texts, (name) => `text %${name}% is not in package.nls.json`),
    ...missing(manifest.texts, manifest.usedTexts, (name) => `text ${name} of package.nls.json is used nowhere`),
    ...missing(code.settings, sections, (name) => `setting ${name} is read but not declared in package.json`),
  ];
}

/** A setting and the sections it lies in: asking whether `a.b` changed is fine when `a.b.c` exists. */
function prefixesOf(setting: string): readonly string[] {
  const parts = setting.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** Compares the project's package.json with its sources. */
export async function checkContributions(): Promise<readonly string[]> {
  const [manifest, code] = await Promise.all([readManifest(), readCode()]);
  return disagreements(manifest, code);
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listAt, at, parseJson, textAt } from '../lab/json.ts';
import { projectRoot } from './targets.ts';

/** The parts of package.json that must agree with the code. */
export interface Manifest {
  readonly commands: ReadonlySet<string>;
  readonly settings: ReadonlySet<string>;
  /** Commands that menus, keybindings and welcome texts refer to. */
  readonly usedCommands: ReadonlySet<string>;
  /** Names between percent signs. */
  readonly usedTexts: ReadonlySet<string>;
  /** Keys of package.nls.json. */
  readonly texts: ReadonlySet<string>;
}

/** All strings anywhere inside a JSON value. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** Settings may be one object or several groups. */
function settingsOf(configuration: unknown): readonly string[] {
  const groups = Array.isArray(configuration) ? configuration : [configuration];
  return groups.flatMap((group: unknown) => keysOf(at(group, 'properties')));
}

/** `command:` links in welcome texts, which people click. */
function linkedCommands(text: string): readonly string[] {
  return [...text.matchAll(/\(command:([\w.]+)/g)].flatMap(([, command]) => command ?? []);
}

async function readJson(file: string): Promise<unknown> {
  return parseJson(await readFile(path.join(projectRoot, file), 'utf8').catch(() => '{}'));
}

/** Reads package.json and package.nls.json; a part that is missing is empty. */
export async function readManifest(): Promise<Manifest> {
  const [manifest, nls] = await Promise.all([readJson('package.json'), readJson('package.nls.json')]);
  const contributes = at(manifest, 'contributes');
  const commands = listAt(contributes, 'commands').flatMap((command) => textAt(command, 'command') ?? []);
  const menus = keysOf(at(contributes, 'menus')).flatMap((menu) => listAt(contributes, 'menus', menu));
  const keys = listAt(contributes, 'keybindings');
  const used = [...menus, ...keys].flatMap((entry) => textAt(entry, 'command') ?? []);
  const welcome = [
    ...stringsIn(at(contributes, 'viewsWelcome')),
    ...stringsIn(at(contributes, 'walkthroughs')),
    ...stringsIn(nls),
  ];
  const texts = stringsIn(manifest).flatMap((text) => /^%([^%]+)%$/.exec(text)?.[1] ?? []);
  return {
    commands: new Set(commands),
    settings: new Set(settingsOf(at(contributes, 'configuration'))),
    usedCommands: new Set([...used, ...welcome.flatMap(linkedCommands)]),
    usedTexts: new Set(texts),
    texts: new Set(keysOf(nls)),
  };
}

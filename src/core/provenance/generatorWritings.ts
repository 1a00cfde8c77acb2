import { listAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { baseName } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import { contentOffsets } from '../yaml/locateEmbedded.ts';
import { lineIndex } from '../yaml/locatePlace.ts';
import type { LocatedText, PathToken } from '../yaml/locateScalars.ts';
import { pieceOf } from './collection.ts';
import type { Collection } from './collection.ts';
import { addPairs, sitesOf } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import type { Field } from './writing.ts';

/** One entry of `configMapGenerator` or `secretGenerator`. */
interface Generator {
  readonly section: Section;
  /** Where in the section its name stands. */
  readonly nameAt: readonly PathToken[];
  readonly folder: RepoPath;
  readonly name: string;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly viaOf: (via: Via) => Via;
}

/** The kinds that built-in generators make, by the kind of the generator in a file of its own. */
const generated = { ConfigMapGenerator: 'ConfigMap', SecretGenerator: 'Secret' } as const;

/** What a built-in generator in a file of its own writes; its name is that of the file's object. */
export async function addGeneratorFile(
  into: Collection,
  section: Section,
  folder: RepoPath,
  value: Json,
  viaOf: (via: Via) => Via,
): Promise<void> {
  const kind = stringAt(value, 'kind');
  if (kind !== 'ConfigMapGenerator' && kind !== 'SecretGenerator') return;
  const name = stringAt(value, 'metadata', 'name') ?? '';
  await addGenerator(into, { section, nameAt: ['metadata', 'name'], folder, name, kind: generated[kind], viaOf });
}

/** What the generators of a kustomization write: literals, files, lines of env files, names, labels and annotations. */
export async function addGenerators(
  into: Collection,
  section: Section,
  folder: RepoPath,
  value: Json,
  viaOf: (via: Via) => Via,
): Promise<void> {
  for (const [key, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const) {
    for (const [index, entry] of listAt(value, key).entries()) {
      const inner = { ...section, path: [...section.path, key, index] };
      const name = stringAt(entry, 'name') ?? '';
      await addGenerator(into, { section: inner, nameAt: ['name'], folder, name, kind, viaOf });
    }
  }
  addPlain(into, section, ['generatorOptions', 'immutable'], viaOf('generator'));
  addPairs(into, section, ['generatorOptions', 'labels'], viaOf('labels'));
  addPairs(into, section, ['generatorOptions', 'annotations'], viaOf('annotations'));
}

async function addGenerator(into: Collection, generator: Generator): Promise<void> {
  const { section, viaOf } = generator;
  const { kind, name } = generator;
  const mayWrite = ({ id, tokens }: Field): boolean =>
    /name$/i.test(tokens.at(-1) ?? '') &&
    (tokens.join('/') !== 'metadata/name' || (id.kind === kind && id.name.includes(name)));
  for (const site of sitesOf(section, ...generator.nameAt)) {
    into.add(site, { via: viaOf('name'), mayWrite, isDirect: false, declares: true });
  }
  for (const site of sitesOf(section, 'files')) {
    if (typeof site.value !== 'string') continue;
    const end = into.selectBy([site]);
    await addFile(into, generator, site.value);
    end();
  }
  for (const site of [...sitesOf(section, 'envs'), ...sitesOf(section, 'env')]) {
    if (typeof site.value === 'string') await addEnvFile(into, generator, site.value);
  }
  addLiterals(into, generator);
  addPlain(into, section, ['options', 'immutable'], viaOf('generator'));
  addPlain(into, section, ['type'], viaOf('generator'));
  addPairs(into, section, ['options', 'labels'], viaOf('labels'));
  addPairs(into, section, ['options', 'annotations'], viaOf('annotations'));
}

/** A value that goes to the field of the same name at the top of the generated object. */
function addPlain(into: Collection, section: Section, path: readonly PathToken[], via: Via): void {
  for (const site of sitesOf(section, ...path)) {
    into.add(site, {
      via,
      mayWrite: ({ tokens }) => tokens.length === 1 && tokens[0] === path.at(-1),
      isDirect: false,
    });
  }
}

function writesKey({ kind, name }: Generator, key: string): (field: Field) => boolean {
  return ({ id, tokens }) =>
    id.kind === kind &&
    id.name.includes(name) &&
    tokens.length === 2 &&
    /^(data|binaryData)$/.test(tokens[0] ?? '') &&
    tokens[1] === key;
}

function addLiterals(into: Collection, generator: Generator): void {
  for (const site of sitesOf(generator.section, 'literals')) {
    const text = typeof site.value === 'string' ? site.value : '';
    const offsets = contentOffsets(site, text);
    const equals = text.indexOf('=');
    if (offsets === undefined || equals < 0) continue;
    // kustomize drops one pair of quotes around the value.
    const quoted = /^(["']).*\1$/s.test(text.slice(equals + 1)) ? 1 : 0;
    const [from, to] = [offsets[equals + 1 + quoted], offsets[text.length - quoted]];
    if (from === undefined || to === undefined) continue;
    const rest = {
      via: generator.viaOf('generator-literal'),
      mayWrite: writesKey(generator, text.slice(0, equals)),
      isDirect: true,
    };
    into.add(pieceOf(generator.section.located, from, to, site), rest);
  }
}

async function addFile(into: Collection, generator: Generator, written: string): Promise<void> {
  const equals = written.indexOf('=');
  const path = written.slice(equals + 1);
  const found = await into.resolve(generator.folder, path);
  const located = found?.kind === 'file' ? await plainText(into, found.path) : undefined;
  if (located === undefined) return;
  const key = equals < 0 ? baseName(path) : written.slice(0, equals);
  const rest = { via: generator.viaOf('generator-file'), mayWrite: writesKey(generator, key), isDirect: true };
  into.add(pieceOf(located, 0, located.text.length), rest);
}

async function addEnvFile(into: Collection, generator: Generator, written: string): Promise<void> {
  const found = await into.resolve(generator.folder, written);
  const located = found?.kind === 'file' ? await plainText(into, found.path) : undefined;
  if (located === undefined) return;
  for (const match of located.text.matchAll(/^[ \t]*([^#=\s][^=\n]*)=(.*?)\r?$/gm)) {
    const [line, key = '', value = ''] = match;
    const from = match.index + line.replace(/\r$/, '').length - value.length;
    const rest = { via: generator.viaOf('generator-env'), mayWrite: writesKey(generator, key), isDirect: true };
    into.add(pieceOf(located, from, from + value.length), rest);
  }
}

/** A file that is no YAML, with positions only. */
async function plainText(
  into: Collection,
  file: RepoPath,
): Promise<Pick<LocatedText, 'file' | 'text' | 'lineOf' | 'reading' | 'sites'> | undefined> {
  const text = await into.readText(file);
  if (text === undefined) return undefined;
  const lineOf = lineIndex(text);
  return { file: into.realPath(file), text, lineOf, sites: [], reading: { documents: [], problems: [], lineOf } };
}

import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { Json } from '../model/json.ts';
import type { Place, RepoPath } from '../model/place.ts';
import { readYaml } from './readYaml.ts';
import type { YamlReading } from './readYaml.ts';
import type { YamlProfile } from './scalarTags.ts';
import { lineIndex, placeAt } from './locatePlace.ts';
import type { LineOf } from './locatePlace.ts';

/** How a scalar is written; `raw` is text that is no YAML scalar of its own (a piece of one, a line of an env file, a file). */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'raw';

export type PathToken = string | number;

/** A scalar, where it stands and where it counts. One place is listed once for every path that aliases lead to. */
export interface ScalarSite {
  /** Index of the document, from 0. */
  readonly document: number;
  /** From the document's root, aliases and merge keys followed. */
  readonly path: readonly PathToken[];
  readonly place: Place;
  readonly value: string | number | boolean | null;
  readonly style: ScalarStyle;
  /** Inside `[…]` or `{…}`, where commas and braces need quotes. */
  readonly isFlow: boolean;
  /** The alias or merge key that leads from this path to the scalar, which stands elsewhere. */
  readonly alias?: Place | undefined;
}

/** A file read with positions. */
export interface LocatedText {
  readonly file: RepoPath;
  readonly text: string;
  readonly reading: YamlReading;
  readonly sites: readonly ScalarSite[];
  readonly lineOf: LineOf;
}

/** Reads a text and lists its scalars with their places. */
export function locateScalars(file: RepoPath, text: string, profile: YamlProfile): LocatedText {
  const reading = readYaml(text, profile);
  const lineOf = lineIndex(text);
  const sites = reading.documents.flatMap(({ document, index }) => {
    const walk: Walk = {
      document,
      index,
      profile,
      sites: [],
      open: new Set(),
      alias: undefined,
      place: (start, end) => placeAt(file, text, start, end, lineOf),
    };
    visit(document.contents, [], false, walk);
    return walk.sites;
  });
  return { file, text, reading, sites, lineOf };
}

interface Walk {
  readonly document: Document.Parsed;
  readonly index: number;
  readonly profile: YamlProfile;
  readonly sites: ScalarSite[];
  /** Nodes being visited, so that an alias to its own parent ends. */
  readonly open: Set<Node>;
  readonly place: (start: number, end: number) => Place;
  /** The outermost alias on the way. */
  alias: Place | undefined;
}

/** More scalars than any manifest has; aliases of aliases could make more. */
const mostSites = 50_000;

function visit(node: unknown, path: readonly PathToken[], isFlow: boolean, walk: Walk): void {
  if (walk.sites.length > mostSites) return;
  if (isAlias(node)) {
    const target = node.resolve(walk.document);
    if (target === undefined || walk.open.has(target)) return;
    walk.open.add(target);
    through(node, walk, () => {
      visit(target, path, isFlow, walk);
    });
    walk.open.delete(target);
  } else if (isScalar(node)) {
    addSite(node, path, isFlow, walk);
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      visit(item, [...path, index], isFlow || node.flow === true, walk);
    });
  } else if (isMap(node)) {
    for (const [key, { value, isFlow: inFlow, merged }] of entriesOf(node, walk))
      through(merged, walk, () => {
        visit(value, [...path, key], isFlow || inFlow, walk);
      });
  }
}

/** Notes an alias for what is visited behind it. */
function through(alias: unknown, walk: Walk, work: () => void): void {
  const before = walk.alias;
  if (before === undefined && isAlias(alias) && alias.range) walk.alias = walk.place(alias.range[0], alias.range[1]);
  work();
  walk.alias = before;
}

function addSite(scalar: Scalar, path: readonly PathToken[], isFlow: boolean, walk: Walk): void {
  const { value, range } = scalar;
  if (!range || !isScalarValue(value)) return;
  walk.sites.push({
    document: walk.index,
    path,
    place: walk.place(range[0], range[1]),
    value,
    style: styles[scalar.type ?? 'PLAIN'] ?? 'plain',
    isFlow,
    ...(walk.alias !== undefined && { alias: walk.alias }),
  });
}

const styles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

function isScalarValue(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

interface Entry {
  readonly value: unknown;
  readonly isFlow: boolean;
  /** The alias behind a merge key that it comes by. */
  readonly merged?: unknown;
}

/** The entries of a map as they count: merge keys unfolded with the precedence of the profile's tool (see toJson.ts). */
function entriesOf(map: YAMLMap, walk: Walk): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const late: Pair[] = [];
  for (const pair of map.items) {
    if (isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<') {
      if (walk.profile === 'plain') for (const [key, each] of mergedOf(pair, walk)) entries.set(key, each);
      else late.push(pair);
      continue;
    }
    const key = isAlias(pair.key) ? pair.key.resolve(walk.document) : pair.key;
    if (isScalar(key)) entries.set(textOf(key), { value: pair.value, isFlow: map.flow === true });
  }
  for (const pair of late) {
    for (const [key, each] of mergedOf(pair, walk)) if (!entries.has(key)) entries.set(key, each);
  }
  return entries;
}

function mergedOf(pair: Pair, walk: Walk): ReadonlyMap<string, Entry> {
  const target = isAlias(pair.value) ? pair.value.resolve(walk.document) : pair.value;
  const sources = isSeq(target) ? [...target.items].reverse() : [target];
  const merged = new Map<string, Entry>();
  for (const source of sources) {
    const map = isAlias(source) ? source.resolve(walk.document) : source;
    if (!isMap(map) || walk.open.has(map)) continue;
    walk.open.add(map);
    for (const [key, each] of entriesOf(map, walk))
      merged.set(key, { ...each, merged: isAlias(source) ? source : pair.value });
    walk.open.delete(map);
  }
  return merged;
}

/** As toJson.ts makes keys: `yes:` is the key `true` to kubectl. */
function textOf(key: Scalar): string {
  return typeof key.value === 'boolean' || Number.isInteger(key.value) || typeof key.value === 'string'
    ? String(key.value)
    : (key.source ?? '');
}

/** The value under a path of tokens, list positions included. */
export function valueUnder(value: Json | undefined, path: readonly PathToken[]): Json | undefined {
  return path.reduce<Json | undefined>((at, token) => {
    if (typeof at !== 'object' || at === null) return undefined;
    return (at as Readonly<Record<PathToken, Json>>)[token]; // edge: lists and maps are both read by token
  }, value);
}

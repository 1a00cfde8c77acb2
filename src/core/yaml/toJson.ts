import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { PlacedProblem } from './readYaml.ts';
import type { YamlProfile } from './scalarTags.ts';

type Report = (problem: PlacedProblem) => void;

/** What a conversion carries along; `size` counts the nodes so far, with everything that aliases expand to. */
interface Conversion {
  readonly profile: YamlProfile;
  readonly report: Report;
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Values of anchored nodes, converted once and shared; `undefined` while being converted. */
  readonly anchored: Map<Node, { readonly value: Json; readonly size: number } | undefined>;
  readonly count: { size: number };
}

/** Bounds what aliases may expand to ("billion laughs"); the largest documents of the field have some 100,000 nodes. */
const sizeLimit = 2_000_000;

/** The JSON value of a document: aliases and merge keys resolved, keys made strings as the profile's tool makes them. */
export function toJson(document: Document.Parsed, profile: YamlProfile, report: Report): Json {
  const to = { profile, report, targets: targetsOf(document), anchored: new Map(), count: { size: 0 } };
  return valueOf(document.contents, to);
}

/** The node that each alias stands for: the last anchor of that name above it. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function valueOf(node: unknown, to: Conversion): Json {
  if (isAlias(node)) return aliased(node, to);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  if (node.anchor === undefined) return ownValueOf(node, to);
  const before = to.count.size;
  to.anchored.set(node, undefined);
  const value = ownValueOf(node, to);
  to.anchored.set(node, { value, size: to.count.size - before });
  return value;
}

function ownValueOf(node: Scalar | YAMLMap | YAMLSeq, to: Conversion): Json {
  to.count.size += 1;
  if (isScalar(node)) return scalarOf(node, to);
  return isMap(node) ? mapOf(node, to) : node.items.map((item) => valueOf(item, to));
}

function scalarOf(scalar: Scalar, to: Conversion): Json {
  const { value } = scalar;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'number') return scalar.source ?? null;
  if (!Number.isFinite(value)) {
    const message = `${scalar.source ?? 'This'} is not a number that JSON, and so the API, can hold.`;
    to.report({ severity: 'error', code: 'not-json', message, offset: offsetOf(scalar) });
  } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const message = `${scalar.source ?? 'This number'} has more digits than many clients keep; quote it if it is an identifier.`;
    to.report({ severity: 'warning', code: 'number-loses-digits', message, offset: offsetOf(scalar) });
  }
  return value;
}

function aliased(alias: Alias, to: Conversion): Json {
  const target = to.targets.get(alias);
  const known = target && to.anchored.get(target);
  const wasFine = to.count.size <= sizeLimit;
  to.count.size += known?.size ?? 1;
  if (known !== undefined && to.count.size <= sizeLimit) return known.value;
  const message = target === undefined ? 'The alias names no anchor above it.' : 'The alias expands without end.';
  // Past the limit every further alias would complain too.
  if (wasFine) to.report({ severity: 'error', code: 'bad-alias', message, offset: offsetOf(alias) });
  return null;
}

function mapOf(map: YAMLMap, to: Conversion): Json {
  const out: Record<string, Json> = {};
  const own = new Set<string>();
  const merges: Pair[] = [];
  for (const pair of map.items) {
    if (isMerge(pair.key)) {
      // kubectl merges where `<<` stands, so that it overrides keys above it; kustomize fills in what is absent.
      if (to.profile === 'plain') Object.assign(out, mergedOf(pair, to));
      else merges.push(pair);
      continue;
    }
    const key = keyOf(pair.key, to);
    if (key === undefined) continue;
    if (own.has(key)) reportDuplicate(key, pair, to);
    own.add(key);
    setOwn(out, key, valueOf(pair.value, to));
  }
  for (const pair of merges) {
    for (const [key, value] of Object.entries(mergedOf(pair, to)))
      if (!Object.hasOwn(out, key)) setOwn(out, key, value);
  }
  return out;
}

/** Assignment that holds for a key named `__proto__` too. */
function setOwn(out: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
  else out[key] = value;
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

/** The maps behind a merge key; in a list the earlier ones win. */
function mergedOf(pair: Pair, to: Conversion): Readonly<Record<string, Json>> {
  const value = valueOf(pair.value, to);
  const sources = isList(value) ? [...value].reverse() : [value];
  const out: Record<string, Json> = {};
  for (const source of sources) {
    if (isObject(source)) for (const [key, each] of Object.entries(source)) setOwn(out, key, each);
    else {
      const message = 'A merge key (<<) takes a map or a list of maps.';
      to.report({ severity: 'error', code: 'bad-merge', message, offset: offsetOf(pair.key) });
    }
  }
  return out;
}

function reportDuplicate(key: string, pair: Pair, to: Conversion): void {
  const isError = to.profile === 'kustomize';
  const message = isError
    ? `The key "${key}" is set twice in one map, which kustomize refuses.`
    : `The key "${key}" is set twice in one map; the last one counts.`;
  to.report({ severity: isError ? 'error' : 'warning', code: 'duplicate-key', message, offset: offsetOf(pair.key) });
}

function keyOf(node: unknown, to: Conversion): string | undefined {
  const key = isAlias(node) ? to.targets.get(node) : node;
  const value = isScalar(key) ? key.value : undefined;
  if (typeof value === 'string' && !isReadAsTime(key, to)) return value;
  if (to.profile === 'plain' && typeof value === 'boolean') return String(value);
  if (to.profile === 'plain' && typeof value === 'number') return numberKey(value);
  const source = isScalar(key) ? (key.source ?? '') : '';
  const message = source === '' ? 'A key must be a plain word.' : `The key ${source} does not read as text; quote it.`;
  to.report({ severity: 'error', code: 'bad-key', message, offset: offsetOf(node) });
  return undefined;
}

/** A date that kustomize read as a time is no key for it; that it was one shows in its text having changed. */
function isReadAsTime(key: unknown, to: Conversion): boolean {
  return to.profile === 'kustomize' && isScalar(key) && key.type === 'PLAIN' && key.source !== key.value;
}

/** sigs.k8s.io/yaml writes float keys with the digits of a 32-bit float. */
function numberKey(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(Math.fround(value).toPrecision(8)));
}

function offsetOf(node: unknown): number {
  return isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
}

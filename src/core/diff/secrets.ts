import { isObject, objectAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { asKubeObject } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { SecretHasher } from '../ports.ts';
import { isAcceptable } from './scalars.ts';
import { without } from './without.ts';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Tells whether an object is a core Secret. */
export function isSecret(object: JsonObject): boolean {
  return object.apiVersion === 'v1' && object.kind === 'Secret';
}

/**
 * Replaces every value of a Secret by a token: in `data` (by what the base64 means, so that equal contents give equal
 * tokens), in `stringData`, and in the copy inside the last-applied annotation. Any other object is returned as it is.
 */
export function reduceSecret<T extends JsonObject>(object: T, hasher: SecretHasher): T;
export function reduceSecret(object: JsonObject, hasher: SecretHasher): JsonObject {
  if (!isSecret(object)) return object;
  const data = reduceValues(objectAt(object, 'data'), (text) => hasher.hash(decodeBase64(text) ?? text));
  const stringData = reduceValues(objectAt(object, 'stringData'), (text) => hasher.hash(encodeText(text)));
  const metadata = objectAt(object, 'metadata');
  return {
    ...object,
    ...(metadata && { metadata: reduceMetadata(metadata, hasher) }),
    ...(data && { data }),
    ...(stringData && { stringData }),
  };
}

function reduceValues(map: JsonObject | undefined, reduce: (text: string) => string): JsonObject | undefined {
  if (map === undefined) return undefined;
  // A value that is no string is refused by the API; its type is said, not its content.
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      typeof value === 'string' ? reduce(value) : value === null ? null : reduce(JSON.stringify(value)),
    ]),
  );
}

function reduceMetadata(metadata: JsonObject, hasher: SecretHasher): JsonObject {
  const annotations = objectAt(metadata, 'annotations');
  const text = stringAt(annotations, lastAppliedAnnotation);
  if (text === undefined) return metadata;
  const applied = parseObject(text);
  const reduced: Record<string, Json> =
    applied === undefined ? {} : { [lastAppliedAnnotation]: JSON.stringify(reduceSecret(applied, hasher)) };
  return { ...metadata, annotations: { ...without(annotations, lastAppliedAnnotation), ...reduced } };
}

/** Parses an annotation that should hold an object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes behind base64, line ends allowed as Go does; `undefined` when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/[\r\n]/g, '')), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Tells whether the API refuses what a Secret declares at `data/key` or `stringData/key`; asked before tokens hide the value. */
export function isRefusedInSecret(declared: KubeObject | undefined, place: readonly (string | number)[]): boolean {
  const [root, key] = place;
  if (declared === undefined || !isSecret(declared) || (root !== 'data' && root !== 'stringData')) return false;
  const value = objectAt(declared, root)?.[String(key)];
  if (value === undefined || value === null) return false;
  const of = root === 'data' ? 'bytes' : 'string';
  return !isAcceptable({ kind: 'scalar', of, zero: 'different' }, value);
}

/** The UTF-8 bytes of a text; pure, as the core has no `Buffer`. */
function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The base64 of a text's UTF-8 bytes: what the API makes of a `stringData` value. */
export function encodeBase64(text: string): string {
  return btoa(Array.from(encodeText(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** A Secret whose `stringData` went into `data`, and which keys came from there. */
export interface FoldedSecret {
  readonly object: KubeObject;
  readonly fromStringData: ReadonlySet<string>;
}

/**
 * Puts `stringData` where the API will put it; it wins over `data` for the same key. Values that are no strings stay as
 * they are, so that the comparison finds them refused. Reduced Secrets (`isReduced`) hold tokens, which are not encoded.
 */
export function foldStringData(object: KubeObject, isReduced: boolean): FoldedSecret {
  const stringData = isSecret(object) ? objectAt(object, 'stringData') : undefined;
  if (stringData === undefined) return { object, fromStringData: new Set() };
  const data: Record<string, Json> = { ...objectAt(object, 'data') };
  for (const [key, value] of Object.entries(stringData)) {
    data[key] = typeof value === 'string' && !isReduced ? encodeBase64(value) : value;
  }
  const folded = asKubeObject({ ...without(object, 'stringData'), data }) ?? object;
  return { object: folded, fromStringData: new Set(Object.keys(stringData)) };
}

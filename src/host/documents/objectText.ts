import { stringify } from 'yaml';
import { isObject, objectAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { foldStringData, isSecret } from '../../core/diff/secrets.ts';

/** Metadata that the API server writes and nobody declares. */
const serverMetadata: ReadonlySet<string> = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
]);

/** Copies of the whole object, which would show twice what is there already (and, of a Secret, its values). */
const copyAnnotations: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

const firstKeys: readonly string[] = ['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'labels', 'annotations'];

/** Objects as YAML text for reading: keys in one order, so that two of them compare line by line. */
export function textOf(objects: readonly KubeObject[]): string {
  return objects.map((object) => stringify(inOrder(withoutNoise(object)), { lineWidth: 0 })).join('---\n');
}

/** An object without what only the server and its controllers write: `status`, `managedFields` and their like. */
function withoutNoise(object: KubeObject): KubeObject {
  const metadata = entries(object.metadata).filter(([key]) => !serverMetadata.has(key));
  const { apiVersion, kind } = object;
  return hideValues({
    ...without(object, 'status'),
    apiVersion,
    kind,
    metadata: withoutCopies(Object.fromEntries(metadata)),
  });
}

function withoutCopies(metadata: JsonObject): JsonObject {
  const annotations = objectAt(metadata, 'annotations');
  if (annotations === undefined) return metadata;
  const kept = entries(annotations).filter(([key]) => !copyAnnotations.has(key));
  const rest = without(metadata, 'annotations');
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

/**
 * Hides the values of a Secret. They arrive as salted tokens, never as values, and the short hash shown is the token's:
 * equal hashes are equal values, and nothing else can be learned. `stringData` is shown where the API will put it.
 */
function hideValues(clean: KubeObject): KubeObject {
  if (!isSecret(clean)) return clean;
  const { object } = foldStringData(clean, true);
  const data = objectAt(object, 'data');
  return data === undefined ? object : { ...object, data: hiddenValues(data) };
}

function hiddenValues(values: JsonObject): JsonObject {
  return Object.fromEntries(entries(values).map(([key, value]) => [key, hiddenValue(value)]));
}

const tokenPattern = /^[0-9a-f]{32}$/;

/** Only a token's start is shown; anything else is hidden as a whole. */
function hiddenValue(token: Json): string {
  const isToken = typeof token === 'string' && tokenPattern.test(token);
  return isToken ? `••• (hidden, ${token.slice(0, 6)})` : '••• (hidden)';
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key] ?? null)]));
}

function rank(key: string): number {
  const index = firstKeys.indexOf(key);
  return index < 0 ? firstKeys.length : index;
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(entries(object).filter(([name]) => name !== key));
}

function entries(object: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(object);
}

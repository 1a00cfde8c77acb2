import { isList, isObject, objectAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { isSame } from '../../src/core/diff/confirm.ts';
import { builtIn } from '../../src/core/diff/schema/builtInSchemas.ts';
import { anyType, childType } from '../../src/core/diff/schema/typeSchemas.ts';
import type { TypeNode } from '../../src/core/diff/schema/typeSchemas.ts';
import type { FieldDifference } from '../../src/core/model/difference.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import { pointerOf } from '../../src/core/model/words.ts';
import type { Random } from './random.ts';
import { schemaAt, valueAtTokens, withValue, without } from './solver.ts';
import type { Tokens } from './solver.ts';
import type { SurfaceApi } from './surfaceApi.ts';
import type { SurfaceKind } from './surfaceKinds.ts';

export const editor = 'surface-editor';

/** A change of one field by another manager: a new value, or none to take the field away. */
export interface Edit {
  /** In what Git declares. */
  readonly place: Tokens;
  readonly livePlace: Tokens;
  readonly value?: Json | undefined;
}

/** What became of an edit; only a `made` one counts, the others say by which rule they do not. */
export type EditOutcome =
  | { readonly kind: 'made'; readonly live: JsonObject }
  | { readonly kind: 'refused' | 'kept by the server' | 'more was changed by the server' };

/** Chooses one declared scalar and another value for it; `undefined` when the object declares none. */
export function chooseEdit(random: Random, kind: SurfaceKind, desired: KubeObject): Edit | undefined {
  const places = scalarPlaces(desired, []).filter((place) => isEditable(place) && !isCopied(desired, place));
  if (places.length === 0) return undefined;
  const place = random.pick(places);
  const livePlace = place[0] === 'stringData' ? ['data', ...place.slice(1)] : place;
  const isRemoval = random.isLikely(0.2) && typeof place.at(-1) === 'string' && place[0] !== 'stringData';
  const value = isRemoval ? undefined : otherValue(random, kind, place, valueAtTokens(desired, place) ?? '');
  return { place, livePlace, value };
}

function scalarPlaces(value: Json, at: Tokens): readonly Tokens[] {
  if (isList(value)) return value.flatMap((each, index) => scalarPlaces(each, [...at, index]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, each]) => scalarPlaces(each, [...at, key]));
  return value === null ? [] : [at];
}

/** Identity cannot be edited, and a status beside the object's own has another writer. */
function isEditable([root, second]: Tokens): boolean {
  if (root === 'metadata') return second === 'labels' || second === 'annotations';
  return root !== 'apiVersion' && root !== 'kind' && root !== 'status';
}

/**
 * A Service's port beside a target port of zero stands for both: one edit, two differences. And the value that a Secret
 * declares in `data` means nothing beside one of the same key in `stringData`.
 */
function isCopied(desired: KubeObject, place: Tokens): boolean {
  if (place[0] === 'data' && valueAtTokens(desired, ['stringData', ...place.slice(1)]) !== undefined) return true;
  const owner = valueAtTokens(desired, place.slice(0, -1));
  return place.at(-1) === 'port' && isObject(owner) && owner.targetPort === 0;
}

function otherValue(random: Random, kind: SurfaceKind, place: Tokens, value: Json): Json {
  if (typeof value === 'boolean') return !value;
  const schema = schemaAt(kind.schema, place);
  if (schema?.name === 'Quantity') return random.pick(['7', '11Mi', '13']);
  if (typeof value === 'number') return value + 1;
  const others = isList(schema?.node.enum) ? schema.node.enum.filter((each) => each !== value) : [];
  if (others.length > 0) return random.pick(others);
  if (place[0] === 'stringData' || schema?.node.format === 'byte') return btoa('edited');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? text.replace('2026', '2027') : `${text}x`;
}

/** Makes an edit with a JSON patch, and says whether it is one that the comparison must find and find alone. */
export async function makeEdit(api: SurfaceApi, path: string, edit: Edit): Promise<EditOutcome> {
  const before = (await api.get(path)).body;
  const at = edit.livePlace;
  const held = valueAtTokens(before, at);
  if (held === undefined) return { kind: 'kept by the server' };
  const operation = edit.value === undefined ? { op: 'remove' } : { op: 'replace', value: edit.value };
  const patch = [
    { op: 'test', path: pointerOf(at), value: held },
    { ...operation, path: pointerOf(at) },
  ];
  const answer = await api.patch('json', `${path}?fieldManager=${editor}`, patch);
  if (answer.status >= 300 || !isObject(answer.body)) return { kind: 'refused' };
  const live = answer.body;
  if (isSame(valueAtTokens(live, at), held)) return { kind: 'kept by the server' };
  const isAlone = isSame(comparable(before, at), comparable(live, at));
  return isAlone ? { kind: 'made', live } : { kind: 'more was changed by the server' };
}

/** What an edit must leave as it was: all but the edited field and the server's own bookkeeping. */
function comparable(object: Json, edited: Tokens): Json {
  const plain = objectAt({ object }, 'object') ?? {};
  const metadata = objectAt(plain, 'metadata') ?? {};
  const compared: JsonObject = {
    ...Object.fromEntries(Object.entries(plain).filter(([key]) => key !== 'status')),
    metadata: { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} },
  };
  // Owners that the edit empties may go with it.
  return pruned(
    edited.some((token) => typeof token === 'number') ? withValue(compared, edited, '') : without(compared, edited),
  );
}

function pruned(value: Json): Json {
  if (isList(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([key, each]) => [key, pruned(each)] as const);
  return Object.fromEntries(
    kept.filter(([, each]) => !(isObject(each) && Object.keys(each).length === 0) && each !== ''),
  );
}

/** The difference that an edit makes by the rules of the cases: path, kind of change and writer. */
export function expectedDifference(
  desired: KubeObject,
  edit: Edit,
  live: JsonObject,
): Pick<FieldDifference, 'path' | 'change' | 'by'> {
  const type = builtIn.typeOf(desired.apiVersion, desired.kind) ?? anyType;
  const item = editedItem(type, edit.place);
  // Another key is another item; in a set the value is the key.
  if (item !== undefined) return { path: pointerOf(item), change: 'add' };
  const gone = edit.livePlace.findIndex((_, index) =>
    isNothing(valueAtTokens(live, edit.livePlace.slice(0, index + 1))),
  );
  if (gone >= 0) return { path: pointerOf(edit.place.slice(0, gone + 1)), change: 'add' };
  return { path: pointerOf(edit.place), change: 'modify', by: editor };
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

/** The place of the list item whose key the edit changes, where items have no other name to be found by. */
function editedItem(root: TypeNode, place: Tokens): Tokens | undefined {
  let type = root;
  for (const [index, token] of place.entries()) {
    const isLast = index === place.length - 1;
    if (type.kind === 'list' && type.list === 'set' && isLast) return place;
    if (type.kind === 'list' && type.list === 'keyed' && index === place.length - 2) {
      const key = String(place.at(-1));
      return type.keys.includes(key) && type.keys.includes('name') ? place.slice(0, -1) : undefined;
    }
    type = childType(type, token);
  }
  return undefined;
}

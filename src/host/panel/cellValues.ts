import { stringify } from 'yaml';
import { isList, isObject } from '../../core/model/json.ts';
import type { Json } from '../../core/model/json.ts';
import { pointerParts } from '../../core/model/words.ts';
import type { Cell } from '../../protocol/panelState.ts';

const LONGEST_TEXT = 600;
const MOST_LINES = 24;

/** Fields by which Kubernetes pairs the entries of its lists (`x-kubernetes-list-map-keys` of the built-in kinds). */
const listKeys = [
  'name',
  'mountPath',
  'devicePath',
  'containerPort',
  'port',
  'topologyKey',
  'ip',
  'key',
  'uid',
] as const;

/** A value as a cell shows it: scalars as they are, the rest as YAML, both cut where they get long. */
export function cellOf(value: Json | undefined): Cell {
  if (value === undefined) return { type: 'absent' };
  return { type: 'value', text: cut(typeof value === 'string' ? value || '""' : yamlOf(value)) };
}

/** The cell of a value nobody may see; equal or different is all it tells. */
export function hiddenCell(value: Json | undefined, hidden: string): Cell {
  return value === undefined ? { type: 'absent' } : { type: 'value', text: hidden };
}

/** The value under a pointer (RFC 6901). */
export function valueAtPointer(object: Json | undefined, pointer: string): Json | undefined {
  return pointerParts(pointer).reduce<Json | undefined>(step, object);
}

/**
 * The value in `other` at the place that `pointer` names in `object`. List entries are paired by their key
 * (a container by its name), not by their index, because another writer may have put one before it.
 */
export function valueAtSamePlace(object: Json | undefined, pointer: string, other: Json | undefined): Json | undefined {
  let here = object;
  let there = other;
  for (const part of pointerParts(pointer)) {
    const next = step(here, part);
    there = isList(there) && isObject(next) ? partnerOf(next, there, part) : step(there, part);
    here = next;
  }
  return there;
}

function partnerOf(entry: Json, list: readonly Json[], part: string): Json | undefined {
  const key = isObject(entry) ? listKeys.find((each) => each in entry) : undefined;
  if (key === undefined || !isObject(entry)) return step(list, part);
  return list.find((each) => isObject(each) && each[key] === entry[key]);
}

function step(at: Json | undefined, part: string): Json | undefined {
  if (isList(at)) return at[Number(part)];
  return isObject(at) && Object.hasOwn(at, part) ? at[part] : undefined;
}

function yamlOf(value: Json): string {
  return isList(value) || isObject(value)
    ? stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
    : JSON.stringify(value);
}

function cut(text: string): string {
  const lines = text.split('\n');
  const few = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), '…'].join('\n') : text;
  return few.length > LONGEST_TEXT ? `${few.slice(0, LONGEST_TEXT - 1)}…` : few;
}

import type { AppDeclaration } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { groupOf } from '../model/resource.ts';
import { fieldTypes } from './fieldTypes.ts';
import type { FieldType } from './fieldTypes.ts';
import { placeInObject } from './placeInObject.ts';

/**
 * Fields of a reconciler's object whose value has another type than its definition asks for, each at its line: an API
 * server refuses such an object, so that nothing of it ever reaches the reconciler.
 */
export function wrongFields(
  declared: AppDeclaration,
  textOf: (file: RepoPath) => string | undefined,
): readonly RenderProblem[] {
  const { apiVersion, kind, spec } = declared.object;
  const type = fieldTypes[`${groupOf(apiVersion)}/${kind}`];
  // What a set generates went through Argo CD's own types in the engine.
  if (type === undefined || spec === undefined || declared.generated !== undefined) return [];
  return mismatches(spec, type, '/spec').map(({ path, value, wanted }) => ({
    severity: 'error',
    code: 'source.refused',
    message: wordsOf(path, value, wanted),
    ...placeInObject(declared, path, textOf),
  }));
}

interface Mismatch {
  readonly path: JsonPointer;
  readonly value: Json;
  readonly wanted: FieldType;
}

function mismatches(value: Json, type: FieldType, path: JsonPointer): readonly Mismatch[] {
  // A server drops a null, and what a template or a variable stands for is not known here.
  if (value === null || isPlaceholder(value)) return [];
  if (!hasType(value, type)) return [{ path, value, wanted: type }];
  if (isListType(type)) {
    const items = isList(value) ? value : [];
    return items.flatMap((item, index) => mismatches(item, type[0], `${path}/${String(index)}`));
  }
  if (typeof type === 'string' || !isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const wanted = type[key] ?? type['*'];
    return wanted === undefined ? [] : mismatches(below, wanted, `${path}/${escapeToken(key)}`);
  });
}

function isPlaceholder(value: Json): boolean {
  return typeof value === 'string' && (value.includes('{{') || value.includes('${'));
}

function isListType(type: FieldType): type is readonly [FieldType] {
  return Array.isArray(type);
}

function hasType(value: Json, type: FieldType): boolean {
  if (isListType(type)) return isList(value);
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'integer or string':
      return Number.isInteger(value) || typeof value === 'string';
    default:
      return isObject(value);
  }
}

function escapeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function wordsOf(path: JsonPointer, value: Json, wanted: FieldType): string {
  const field = path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  const written = typeof value === 'object' ? '' : ` (${JSON.stringify(value)})`;
  const next = nextStep(value, wanted);
  return `${field} must be ${wordsOfType(wanted)}, here it is ${typeWords(value)}${written}; the API server refuses the object. ${next}`;
}

function wordsOfType(type: FieldType): string {
  if (isListType(type)) return 'a list';
  switch (type) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'integer or string':
      return 'a whole number or a string';
    default:
      return 'a map';
  }
}

function typeWords(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return typeof value === 'boolean' ? 'a boolean' : `a ${typeof value}`;
}

function nextStep(value: Json, wanted: FieldType): string {
  if (wanted === 'string' && typeof value !== 'object') return 'Put it in quotes.';
  if (wanted === 'boolean') return 'Write true or false, without quotes.';
  return `Write ${wordsOfType(wanted)}.`;
}

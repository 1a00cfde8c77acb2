import { isList, isObject, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';

/** One object of a document, and where in it: the pointer of `value` from the document's root. */
export interface UnfoldedObject {
  readonly value: Json;
  /** Reference tokens; empty for the document itself, `['items', 0]` in a list. */
  readonly path: readonly (string | number)[];
}

/** The objects of a document: those inside a `List` (or any `…List` with `items`, nested ones too), else the document itself. */
export function unfoldList(value: Json, path: readonly (string | number)[] = []): readonly UnfoldedObject[] {
  const items = isObject(value) ? value.items : undefined;
  if (!isList(items) || stringAt(value, 'kind')?.endsWith('List') !== true) return [{ value, path }];
  return items.flatMap((item, index) => unfoldList(item, [...path, 'items', index]));
}

import { pathOf } from '../../src/core/diff/path.ts';
import { wouldReturn } from '../../src/core/diff/redefaulting.ts';
import { builtIn } from '../../src/core/diff/schema/builtInSchemas.ts';
import { anyType, childType } from '../../src/core/diff/schema/typeSchemas.ts';
import type { TypeNode } from '../../src/core/diff/schema/typeSchemas.ts';
import { isList, isObject } from '../../src/core/model/json.ts';
import type { Json } from '../../src/core/model/json.ts';
import type { Sample } from './surface.ts';
import type { Tokens } from './solver.ts';

/**
 * What the server takes from somewhere else than the object: who asks, which account or priority class the namespace has,
 * what is allocated; it comes back after a removal by admission, not by defaulting.
 */
const fromElsewhere = [
  /^\/spec\/(?:uid|username|groups)/,
  /^\/spec\/(?:serviceAccount|serviceAccountName|priority|preemptionPolicy|tolerations|volumes|selector)$/,
  /^\/spec\/(?:initC|c)ontainers\/\d+\/volumeMounts$/,
  /^\/spec\/template\/metadata\/labels/,
  /^\/spec\/names\/categories/,
];

/** The values that the server wrote where the sample declares nothing, and of which the product does not know that they return. */
export function unknownDefaults({ kind, body, kept }: Sample): readonly string[] {
  const type = builtIn.typeOf(kind.apiVersion, kind.kind) ?? anyType;
  const found: string[] = [];
  collect(kept, body, kept, type, [], found);
  return found.map((each) => `${kind.apiVersion} ${kind.kind} ${each}`);
}

function collect(root: Json, body: Json | undefined, kept: Json, type: TypeNode, at: Tokens, into: string[]): void {
  if (isObject(kept)) {
    for (const [key, value] of Object.entries(kept)) {
      if (at.length === 0 && ['apiVersion', 'kind', 'metadata', 'status'].includes(key)) continue;
      const declared = isObject(body) ? body[key] : undefined;
      const place = [...at, key];
      if (declared === undefined) check(root, value, childType(type, key), place, into);
      else collect(root, declared, value, childType(type, key), place, into);
    }
  } else if (isList(kept) && isList(body) && kept.length === body.length) {
    for (const [key, value] of kept.entries())
      collect(root, body[key], value, childType(type, key), [...at, key], into);
  }
}

function check(root: Json, value: Json, type: TypeNode, place: Tokens, into: string[]): void {
  const pointer = `/${place.join('/')}`;
  const isPlain = value === null || value === '' || value === 0 || value === false;
  if (isPlain || fromElsewhere.some((pattern) => pattern.test(pointer))) return;
  if (isObject(value)) {
    for (const [key, each] of Object.entries(value)) check(root, each, childType(type, key), [...place, key], into);
  } else if (!wouldReturn(root, pathOf(...place) ?? { parent: undefined, key: '' }, type)) {
    into.push(`${pointer} = ${JSON.stringify(value)}`);
  }
}

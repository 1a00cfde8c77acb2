import type { Json } from '../../model/json.ts';

/** What the comparison must know of a kind: shapes, list keys, scalar formats, defaults. Fed by a built-in table, by CRDs, or by a cluster's OpenAPI. */
export interface TypeSchemas {
  /** The type of a whole object, always the same value; `undefined` for a kind that the source does not know. */
  typeOf(apiVersion: string, kind: string): TypeNode | undefined;
}

/** The type of one node of an object. */
export type TypeNode = ScalarType | StructType | MapType | ListType | AnyType;

export interface ScalarType {
  readonly kind: 'scalar';
  readonly of: ScalarFormat;
  /**
   * What an absent value and a declared zero (`false`, `0`, `''`) are to each other: `same` where the API drops zeros,
   * `different` where it keeps them, `unsure` in custom resources, whose operators may do either.
   */
  readonly zero: 'same' | 'different' | 'unsure';
  /** What the server writes when nothing is declared. */
  readonly default?: Json | undefined;
  /** Only the value may tell whether it is a quantity: a custom resource's integer or string. */
  readonly maybeQuantity?: boolean | undefined;
  /** A quantity that the API rounds up to thousandths: one in a resource list. */
  readonly isRounded?: boolean | undefined;
}

export type ScalarFormat =
  'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'int-or-string' | 'time' | 'bytes' | 'duration';

export interface StructType {
  readonly kind: 'struct';
  fieldOf(name: string): TypeNode | undefined;
  readonly isAtomic: boolean;
  /** The API always writes it, as `{}` at least, so it never goes away as a whole. */
  readonly isAlwaysPresent: boolean;
}

export interface MapType {
  readonly kind: 'map';
  readonly values: TypeNode;
  readonly isAtomic: boolean;
}

export interface ListType {
  readonly kind: 'list';
  readonly list: 'atomic' | 'set' | 'keyed';
  /** Fields that identify an item; empty unless keyed. */
  readonly keys: readonly string[];
  readonly items: TypeNode;
}

/** Nothing is known: maps compare by declared keys, lists as atomic, scalars as they are. */
export interface AnyType {
  readonly kind: 'any';
}

export const anyType: AnyType = { kind: 'any' };

/** Asks several sources in turn; the first that knows the kind answers. */
export function chainSchemas(...sources: readonly TypeSchemas[]): TypeSchemas {
  return {
    typeOf: (apiVersion, kind) => {
      for (const source of sources) {
        const found = source.typeOf(apiVersion, kind);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** The type below a node for a field, key or list item. */
export function childType(type: TypeNode, key: string | number): TypeNode {
  switch (type.kind) {
    case 'struct':
      return type.fieldOf(String(key)) ?? anyType;
    case 'map':
      return type.values;
    case 'list':
      return type.items;
    case 'scalar':
    case 'any':
      return anyType;
  }
}

import type { Json } from '../../model/json.ts';
import { groupOf } from '../../model/resource.ts';
import { builtInKinds, builtInTypes } from './builtInTypes.ts';
import { anyType, childType } from './typeSchemas.ts';
import type { ScalarFormat, TypeNode, TypeSchemas } from './typeSchemas.ts';

/**
 * Kubernetes' own kinds, from the generated table; types are read on first use. A version that the table does not hold
 * is answered by another version of the same kind, which agrees in nearly everything.
 *
 * Notation of a type: fields `name:code` with a blank between; no code is a string. Codes: `s i n b` string, integer,
 * number, boolean; `q` quantity, `o` int-or-string, `t` time, `y` base64, `x` anything; a number refers to a type, with
 * `.` before it the struct is never left out; `[` atomic list, `(` set, `{a,b}` list keyed by a and b, `<` map; `=`
 * atomic; `!` a pointer, whose zero the API keeps; `~` the default, as JSON.
 */
export function builtInSchemas(): TypeSchemas {
  const lines: string[] = [];
  const types = new Map<number, TypeNode>();
  const kinds = new Map<string, string>();

  const struct = (id: number, isAlwaysPresent: boolean): TypeNode => {
    const key = isAlwaysPresent ? id : -id - 1;
    const known = types.get(key);
    if (known !== undefined) return known;
    const line = lines[id] ?? '';
    const fields = new Map<string, TypeNode | string>(splitFields(line));
    const made: TypeNode = {
      kind: 'struct',
      isAtomic: line.startsWith('= '),
      isAlwaysPresent,
      fieldOf: (name) => {
        const found = fields.get(name);
        if (typeof found !== 'string') return found;
        const type = typeOfCode(found, struct);
        fields.set(name, type);
        return type;
      },
    };
    types.set(key, made);
    return made;
  };

  return {
    typeOf: (apiVersion, kind) => {
      if (kinds.size === 0) readTable(lines, kinds);
      const known = kinds.get(`${apiVersion} ${kind}`) ?? kinds.get(`${groupOf(apiVersion)}/* ${kind}`);
      return known === undefined ? undefined : struct(Number(known), true);
    },
  };
}

type StructOf = (id: number, isAlwaysPresent: boolean) => TypeNode;

/** Splits the table: a line a type; type codes by `apiVersion Kind`, and by `group/* Kind` for versions that are not in the table. */
function readTable(lines: string[], kinds: Map<string, string>): void {
  lines.push(...builtInTypes.slice(1).split('\n'));
  for (const line of builtInKinds.trim().split('\n')) {
    const [apiVersion = '', ...entries] = line.split(' ');
    for (const entry of entries) {
      const [kind = '', code = ''] = entry.split(':');
      kinds.set(`${apiVersion} ${kind}`, code);
      kinds.set(`${groupOf(apiVersion)}/* ${kind}`, code);
    }
  }
}

function splitFields(line: string): readonly (readonly [string, string])[] {
  return line
    .replace(/^= /, '')
    .split(' ')
    .map((field) => {
      const colon = field.indexOf(':');
      return colon < 0 ? ([field, 's'] as const) : ([field.slice(0, colon), field.slice(colon + 1)] as const);
    });
}

const formats: Readonly<Record<string, ScalarFormat>> = {
  s: 'string',
  i: 'integer',
  n: 'number',
  b: 'boolean',
  q: 'quantity',
  o: 'int-or-string',
  t: 'time',
  y: 'bytes',
};

function typeOfCode(code: string, struct: StructOf): TypeNode {
  const [, isAtomic = '', rest = ''] = /^(=?)(.*)$/.exec(code) ?? [];
  if (rest.startsWith('<')) return { kind: 'map', values: mapValue(rest.slice(1), struct), isAtomic: isAtomic !== '' };
  if (rest.startsWith('[')) return { kind: 'list', list: 'atomic', keys: [], items: itemType(rest.slice(1), struct) };
  if (rest.startsWith('(')) return { kind: 'list', list: 'set', keys: [], items: itemType(rest.slice(1), struct) };
  if (rest.startsWith('{')) {
    const end = rest.indexOf('}');
    const keys = rest.slice(1, end).split(',');
    return { kind: 'list', list: 'keyed', keys, items: itemType(rest.slice(end + 1), struct) };
  }
  const reference = /^(\.?)(\d+)$/.exec(rest);
  if (reference !== null) return struct(Number(reference[2]), reference[1] === '.');
  return scalarOf(rest);
}

/** A map keeps a zero that stands under a key; the maps of quantities are resource lists. */
function mapValue(code: string, struct: StructOf): TypeNode {
  const type = keepingZero(typeOfCode(code, struct));
  return type.kind === 'scalar' && type.of === 'quantity' ? { ...type, isRounded: true } : type;
}

function itemType(code: string, struct: StructOf): TypeNode {
  return keepingZero(typeOfCode(code, struct));
}

function keepingZero(type: TypeNode): TypeNode {
  return type.kind === 'scalar' ? { ...type, zero: 'different' } : type;
}

function scalarOf(code: string): TypeNode {
  const [, pointer = '', letter = '', fallback] = /^(!?)(\w)(?:~(.*))?$/.exec(code) ?? [];
  const of = formats[letter];
  if (of === undefined) return anyType;
  const zero = pointer === '' ? 'same' : 'different';
  return fallback === undefined
    ? { kind: 'scalar', of, zero }
    : { kind: 'scalar', of, zero, default: readDefault(fallback) };
}

function readDefault(text: string): Json {
  // Written by the generator, hence JSON.
  return JSON.parse(decodeURIComponent(text).replaceAll("'", '"')) as Json;
}

/** The built-in kinds; nothing is read before the first question. */
export const builtIn: TypeSchemas = builtInSchemas();

/** The type of every object's `metadata`; custom resources share it. */
export function objectMetaType(builtIn: TypeSchemas): TypeNode {
  return childType(builtIn.typeOf('v1', 'ConfigMap') ?? anyType, 'metadata');
}

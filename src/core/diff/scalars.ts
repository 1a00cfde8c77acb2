import type { Json } from '../model/json.ts';
import { isSameAmount, isSameQuantity, readDuration, readQuantity } from './quantity.ts';
import type { ScalarFormat, ScalarType } from './schema/typeSchemas.ts';

/** How two values of one field relate; `unsure` is for a dry-run to decide. */
export type Likeness = 'same' | 'unsure' | 'different';

/** Compares two scalars that are both there, by the field's format; equal text or number is always the same. */
export function compareScalars(type: ScalarType, desired: Json, live: Json): Likeness {
  if (desired === live) return 'same';
  if (type.of === 'quantity') {
    const isSame = type.isRounded === true ? isSameAmount(desired, live) : isSameQuantity(desired, live);
    return isSame ? 'same' : 'different';
  }
  if (type.maybeQuantity === true && textOf(desired) !== textOf(live)) {
    return isSameQuantity(desired, live) ? 'unsure' : 'different';
  }
  return equalities[type.of]?.(desired, live) === true ? 'same' : 'different';
}

const equalities: Partial<Record<ScalarFormat, (desired: Json, live: Json) => boolean>> = {
  'int-or-string': (desired, live) => textOf(desired) === textOf(live),
  time: (desired, live) => isSameTime(desired, live),
  duration: (desired, live) => readDuration(desired) !== undefined && readDuration(desired) === readDuration(live),
  bytes: (desired, live) => typeof desired === 'string' && typeof live === 'string' && clean(desired) === clean(live),
};

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isSameTime(one: Json, other: Json): boolean {
  return typeof one === 'string' && typeof other === 'string' && Date.parse(one) === Date.parse(other);
}

/** Go's decoder skips line ends inside base64. */
function clean(base64: string): string {
  return base64.replace(/[\r\n]/g, '');
}

/** Tells whether the API takes a value for a field of this format; `null` is always taken. */
export function isAcceptable(type: ScalarType, value: Json): boolean {
  return value === null || acceptors[type.of](value);
}

const acceptors: Readonly<Record<ScalarFormat, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  quantity: (value) => readQuantity(value) !== undefined,
  'int-or-string': (value) => typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value)),
  time: (value) => typeof value === 'string',
  // Another text is the custom kind's own affair.
  duration: (value) => typeof value === 'string',
  bytes: (value) => typeof value === 'string' && isBase64(clean(value)),
};

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Tells whether a value is the zero of its type: `false`, `0`, `''`, a zero quantity. */
export function isZero(value: Json): boolean {
  return value === false || value === 0 || value === '';
}

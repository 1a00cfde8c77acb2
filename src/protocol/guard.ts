/** Tells whether a value that came from outside has a shape; nothing is copied or converted. */
export type Guard<T> = (value: unknown) => value is T;

/** Accepts any string. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Accepts `true` and `false`. */
export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** Accepts whole numbers from 0. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Accepts an object that is neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Accepts one of the listed strings. */
export function oneOf<const T extends string>(...words: readonly T[]): Guard<T> {
  return (value): value is T => words.some((word) => word === value);
}

/** Accepts lists of what `item` accepts. */
export function listOf<T>(item: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(item);
}

/** Accepts what `guard` accepts, and nothing at all. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

/** Accepts objects whose named properties are accepted; further properties are ignored. */
export function shape<T>(guards: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries<Guard<unknown>>(guards);
  return (value): value is T => isRecord(value) && entries.every(([key, guard]) => guard(value[key]));
}

/** Accepts the members of a union told apart by their `type`; own keys only, so that `type: 'constructor'` is refused. */
export function byType<T extends { readonly type: string }>(members: {
  readonly [K in T['type']]: Guard<Extract<T, { readonly type: K }>>;
}): Guard<T> {
  const known = new Map<string, Guard<unknown>>(Object.entries(members));
  return (value): value is T => isRecord(value) && isText(value.type) && (known.get(value.type)?.(value) ?? false);
}

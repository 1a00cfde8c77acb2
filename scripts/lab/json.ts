/** The value at a path inside parsed JSON, `undefined` where the path leads nowhere. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, String(step))?.value;
  }
  return current;
}

/** The text at a path inside parsed JSON, `undefined` when it is absent or no text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The list at a path inside parsed JSON, empty when it is absent or no list. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Parses JSON without pretending to know its shape. */
export function parseJson(text: string): unknown {
  return JSON.parse(text);
}

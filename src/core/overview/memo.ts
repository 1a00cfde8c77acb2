/** Keeps one result by key for as long as its inputs are the same values, so that equal states keep their identity. */
export class Memo<K, T> {
  readonly #kept = new Map<K, { readonly inputs: readonly unknown[]; readonly result: T }>();

  /** The kept result, or a new one when any input is another value than last time. */
  remember(key: K, inputs: readonly unknown[], make: () => T): T {
    const kept = this.#kept.get(key);
    if (kept !== undefined && isSame(kept.inputs, inputs)) return kept.result;
    const result = make();
    this.#kept.set(key, { inputs, result });
    return result;
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

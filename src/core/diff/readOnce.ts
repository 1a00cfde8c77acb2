/** Values kept at one time, of one kind; more are read anew. */
const mostNames = 20_000;

/** What was read of a name before, or what reading gives now: the same few names stand in every object of a cluster. */
export function readOnce<T>(known: Map<string, T>, name: string, read: () => T): T {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= mostNames) known.clear();
  const value = read();
  known.set(name, value);
  return value;
}

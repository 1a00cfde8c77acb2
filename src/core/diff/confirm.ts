import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Verdict } from '../model/difference.ts';
import type { DiffInput } from './diffInput.ts';
import type { PlacedFinding } from './findings.ts';
import type { PreparedPair } from './preparedPair.ts';
import { valueUnder } from './path.ts';

/**
 * What a server-side dry-run of the desired object makes of a suspicion: `in-sync` when it would leave every suspected
 * field as it is, `unknown` when the server would not try; `undefined` when nobody asked.
 */
export function confirmByDryRun(
  input: DiffInput,
  pair: PreparedPair,
  suspects: readonly PlacedFinding[],
): Verdict | undefined {
  const { dryRun, dryRunError, forbidden } = input.cluster ?? {};
  if (dryRunError !== undefined || forbidden?.some((verb) => verb.startsWith('patch')) === true) return 'unknown';
  if (dryRun === undefined) return undefined;
  const changed = suspects.filter(
    ({ livePlace }) => !isSame(valueUnder(dryRun, livePlace), valueUnder(pair.live, livePlace)),
  );
  if (changed.length === 0) return 'in-sync';
  return changed.some((finding) => finding.change !== 'remove') ? 'modified' : 'removed';
}

/** Deep equality of JSON; key order does not matter. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]));
}

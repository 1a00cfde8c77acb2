import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Remark, Verdict } from '../model/difference.ts';
import { pointerOf, wordsOfPath } from '../model/words.ts';
import type { ClusterFacts, DiffInput } from './diffInput.ts';
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
  const changed = suspects.filter((finding) => !isLeftAlone(dryRun, pair, finding));
  if (changed.length > 0) return changed.some(({ change }) => change !== 'remove') ? 'modified' : 'removed';
  return suspects.every((finding) => canClear(input, finding)) ? 'in-sync' : 'unknown';
}

/**
 * Findings that the server itself does away with: applied, Git's value would read as live does now (an operator's or a
 * conversion's own way to write it). Removals stay: what another manager or an earlier way of applying holds is not
 * seen by a dry-run (kubernetes#99003), though the reconciler may well take it away.
 */
export function clearedByDryRun(
  input: DiffInput,
  pair: PreparedPair,
  findings: readonly PlacedFinding[],
): readonly PlacedFinding[] {
  const { dryRun } = input.cluster ?? {};
  if (dryRun === undefined) return [];
  return findings
    .filter(({ change, certainty }) => change !== 'remove' && certainty === 'sure')
    .filter((finding) => isLeftAlone(dryRun, pair, finding));
}

/** What the server said beside its verdict: the reason why it would not try, its warnings, what it does away with. */
export function serverRemarks(input: DiffInput, cleared: readonly PlacedFinding[]): readonly Remark[] {
  const { dryRunError, dryRunWarnings = [] } = input.cluster ?? {};
  return [
    ...(dryRunError === undefined ? [] : [unconfirmed(dryRunError)]),
    ...dryRunWarnings.map((message) => ({
      kind: 'server-warning',
      message: `The cluster warns: ${message}`,
      said: message,
    })),
    ...cleared.map(({ place }) => ({
      kind: 'cleared',
      path: pointerOf(place),
      message: `${wordsOfPath(pointerOf(place))} is written otherwise, but the server would leave it as it is (dry-run).`,
    })),
  ];
}

function isLeftAlone(dryRun: Json, { live }: PreparedPair, { livePlace }: PlacedFinding): boolean {
  return isSame(valueUnder(dryRun, livePlace), valueUnder(live, livePlace));
}

/** Server-side apply takes away only what the same manager applied; of anything else a dry-run shows nothing. */
function canClear({ manager }: DiffInput, { change, writer }: PlacedFinding): boolean {
  return change !== 'remove' || (writer?.operation === 'Apply' && writer.manager === manager.fieldManager);
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

function unconfirmed({ message, said }: NonNullable<ClusterFacts['dryRunError']>): Remark {
  return { kind: 'unconfirmed', message, ...(said !== undefined && said !== '' && { said }) };
}

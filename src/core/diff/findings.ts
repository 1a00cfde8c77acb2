import { objectAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { FieldDifference } from '../model/difference.ts';
import { pointerOf } from '../model/words.ts';
import type { DiffInput } from './diffInput.ts';
import type { Tokens } from './jqPaths.ts';
import { writerAt } from './managedFields.ts';
import type { ManagedEntry } from './managedFields.ts';
import { partsOf } from './path.ts';
import type { PreparedPair } from './preparedPair.ts';
import { isRefusedInSecret } from './secrets.ts';
import type { RawFinding } from './walk.ts';

/** A finding with its places written out and the writer of the live value looked up. */
export interface PlacedFinding {
  readonly certainty: RawFinding['certainty'];
  readonly change: RawFinding['change'];
  /** In desired; in live for a removal. */
  readonly place: Tokens;
  readonly livePlace: Tokens;
  readonly desired?: Json | undefined;
  readonly live?: Json | undefined;
  readonly writer?: ManagedEntry | undefined;
}

/** The finding as the model's difference. */
export function toDifference(finding: PlacedFinding): FieldDifference {
  const { change, desired, live, writer } = finding;
  return {
    path: pointerOf(finding.place),
    change,
    ...(desired !== undefined && change !== 'remove' && { desired }),
    ...(live !== undefined && { live }),
    ...(change === 'remove' && { at: 'live' as const }),
    ...(writer !== undefined && change !== 'add' && { by: writer.manager, writer: writerFacts(writer) }),
  };
}

function writerFacts(writer: ManagedEntry): NonNullable<FieldDifference['writer']> {
  const { manager, operation, subresource, time } = writer;
  return { manager, operation, subresource, time };
}

/** Writes a finding's places out, in the terms in which Git declares it, and looks its writer up. */
export function placeFinding(finding: RawFinding, pair: PreparedPair, input: DiffInput): PlacedFinding {
  const { change, certainty, desired, live } = finding;
  const livePlace = partsOf(finding.livePath);
  const place = declaredPlace(partsOf(finding.path), finding, pair);
  const writer =
    change === 'add' ? undefined : writerAt(pair.entries, pair.live, livePlace, input.manager.fieldManager);
  const proof = change === 'remove' ? (writer ?? ownApplyEntry(pair, input)) : writer;
  const given = originalValue(place, desired, input);
  const isRefused = input.hasher !== undefined && change !== 'remove' && isRefusedInSecret(input.desired, place);
  return {
    certainty: isRefused ? 'invalid' : certainty,
    change,
    place,
    livePlace,
    desired: given,
    live,
    writer: proof,
  };
}

/** A value declared as `stringData` is found there, and said as it is written. */
function declaredPlace(
  place: readonly (string | number)[],
  finding: RawFinding,
  pair: PreparedPair,
): readonly (string | number)[] {
  const [root, key] = place;
  if (finding.change === 'remove' || root !== 'data' || typeof key !== 'string') return place;
  return pair.folded.fromStringData.has(key) ? ['stringData', key] : place;
}

function originalValue(
  place: readonly (string | number)[],
  value: Json | undefined,
  input: DiffInput,
): Json | undefined {
  const [root, key] = place;
  if (root !== 'stringData' || typeof key !== 'string' || input.hasher !== undefined) return value;
  return objectAt(input.desired, 'stringData')?.[key] ?? value;
}

function ownApplyEntry(pair: PreparedPair, input: DiffInput): ManagedEntry | undefined {
  return pair.entries.find((entry) => entry.manager === input.manager.fieldManager && entry.subresource === undefined);
}

import type { Json } from '../model/json.ts';
import type { FieldDifference } from '../model/difference.ts';
import { pointerOf } from '../model/words.ts';
import type { Tokens } from './jqPaths.ts';
import type { ManagedEntry } from './managedFields.ts';
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

import type { Place, RepoPath } from '../../core/model/place.ts';
import type { VerdictRef } from '../../core/policy/policyVerdict.ts';
import type { RowTarget } from '../views/row.ts';

/** An entry of the light bulb, as data. */
export interface PlannedAction {
  readonly title: string;
  readonly command: string;
  /** What the command is about. */
  readonly about: RowTarget | VerdictRef;
  /** The one that VS Code offers first. */
  readonly isFix?: boolean;
}

/** The part of a file that a person asks about. */
export interface AskedSpot {
  readonly file: RepoPath;
  readonly isMeant: (place: Place) => boolean;
}

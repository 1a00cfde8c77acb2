import type { Translate } from '../text.ts';

/** What rows are made from besides the state. */
export interface RowContext {
  readonly now: Date;
  readonly t: Translate;
}

import type { UserErrorCode } from '../model/userError.ts';

/** Why an act cannot run now, in words that name the place and the next step. */
export interface Blocker {
  readonly code: UserErrorCode;
  readonly message: string;
  /** The act that it stops; what stops a commit stops the push and the sync that would follow it. */
  readonly blocks: 'commit' | 'push' | 'sync';
}

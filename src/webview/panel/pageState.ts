import { isFlag, isText, listOf, optional, shape } from '../../protocol/guard.ts';

/** What survives a hidden or restored panel: the person's own input, and the app by which the host finds the rest. */
export interface PageState {
  readonly app?: string | undefined;
  /** Absent while it is the template. */
  readonly message?: string | undefined;
  readonly signOff: boolean;
  /** Changed files that the person left out of the commit. */
  readonly leftOut: readonly string[];
  readonly file?: string | undefined;
  /** Effect objects that the person folded. */
  readonly folded: readonly string[];
}

const empty: PageState = { signOff: false, leftOut: [], folded: [] };

const isPageState = shape<PageState>({
  app: optional(isText),
  message: optional(isText),
  signOff: isFlag,
  leftOut: listOf(isText),
  file: optional(isText),
  folded: listOf(isText),
});

/** Reads kept state; anything unreadable is a fresh start. */
export function readPageState(value: unknown): PageState {
  return isPageState(value) ? value : empty;
}

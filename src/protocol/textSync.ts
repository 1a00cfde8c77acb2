import { changeBetween } from './textChange.ts';
import type { TextChange } from './textChange.ts';

/**
 * The page's side of keeping its editor and the real text document equal.
 * At most one edit is under way; what is typed meanwhile goes out when it is acknowledged, as one change against the acknowledged text.
 */
export interface TextSync {
  readonly file: string;
  /** Version of the document whose text is `known`. */
  readonly version: number;
  readonly known: string;
  /** The text that the edit under way leads to. */
  readonly sent?: string | undefined;
}

/** The next state, and an edit to send where there is something to send. */
export interface TextSyncStep {
  readonly sync: TextSync;
  readonly edit?: { readonly version: number; readonly changes: readonly TextChange[] } | undefined;
}

/** Starts from the whole text of a document; also after a conflict. */
export function bindText(file: string, version: number, text: string): TextSync {
  return { file, version, known: text };
}

/** The editor's text is now `text`. */
export function typed(sync: TextSync, text: string): TextSyncStep {
  if (sync.sent !== undefined) return { sync };
  const change = changeBetween(sync.known, text);
  if (change === undefined) return { sync };
  return { sync: { ...sync, sent: text }, edit: { version: sync.version, changes: [change] } };
}

/** The host put the edit under way into the document; `text` is what the editor holds by now. */
export function acknowledged(sync: TextSync, version: number, text: string): TextSyncStep {
  if (sync.sent === undefined) return { sync };
  return typed({ file: sync.file, version, known: sync.sent }, text);
}

/**
 * Whether a change of somebody else can be taken over as it is. While an edit is under way it cannot:
 * the host will refuse that edit for its version and send the whole text.
 */
export function isAcceptable(sync: TextSync, from: number): boolean {
  return sync.sent === undefined && sync.version === from;
}

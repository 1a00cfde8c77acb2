import { byType, isCount, isFlag, isText, listOf, oneOf, optional, shape } from './guard.ts';
import type { Guard } from './guard.ts';
import {
  isPanelAct,
  isPanelApp,
  isPanelEffect,
  isPanelFile,
  isPanelNotice,
  isPanelProgress,
  isPanelSnapshot,
} from './panelState.ts';
import type {
  PanelAct,
  PanelApp,
  PanelEffect,
  PanelFile,
  PanelNotice,
  PanelProgress,
  PanelSnapshot,
} from './panelState.ts';
import { isTextChange } from './textChange.ts';
import type { TextChange } from './textChange.ts';

/** What the page asks of the host. The first message is `ready`; the host answers it with one `snapshot`. */
export type PageMessage =
  | { readonly type: 'ready' }
  /** Bind the page's editor to a file; answered by `text`, and by `changed` from then on, until another file is bound. */
  | { readonly type: 'bind'; readonly file: string }
  /** `changes` are against the document's text at `version`, do not overlap, and apply together. */
  | {
      readonly type: 'edit';
      readonly file: string;
      readonly version: number;
      readonly changes: readonly TextChange[];
    }
  | { readonly type: 'save'; readonly file: string }
  /** Open the file in an ordinary editor; `line` from 1. */
  | { readonly type: 'reveal'; readonly file: string; readonly line?: number | undefined }
  /** Open the diff editor over the object's rendered and live forms. */
  | { readonly type: 'compare'; readonly object: string }
  | {
      readonly type: 'commit';
      readonly files: readonly string[];
      readonly message: string;
      readonly signOff: boolean;
      readonly thenSync: boolean;
    }
  | { readonly type: 'sync' }
  /** Stop watching the run; what was sent is not taken back. */
  | { readonly type: 'unfollow' }
  | { readonly type: 'dismissNotice' };

/** What the host tells the page. Parts replace what the snapshot said before. */
export type HostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: PanelSnapshot }
  | { readonly type: 'app'; readonly app: PanelApp }
  | { readonly type: 'files'; readonly files: readonly PanelFile[] }
  | { readonly type: 'effect'; readonly effect: PanelEffect }
  | { readonly type: 'act'; readonly act: PanelAct }
  | { readonly type: 'progress'; readonly progress?: PanelProgress | undefined }
  | { readonly type: 'notice'; readonly notice?: PanelNotice | undefined }
  /** The whole text: after `bind`, and after an edit that met another version. The page takes it over as it is. */
  | { readonly type: 'text'; readonly file: string; readonly version: number; readonly text: string }
  /** The page's own edit is in the document, which now has this version. */
  | { readonly type: 'edited'; readonly file: string; readonly version: number }
  /** Somebody else changed the document from `from` to `version`. */
  | {
      readonly type: 'changed';
      readonly file: string;
      readonly from: number;
      readonly version: number;
      readonly changes: readonly TextChange[];
    }
  /** The bound file cannot be shown (deleted, binary, too large). */
  | { readonly type: 'unbound'; readonly file: string; readonly reason: string };

const ofType = <T extends string>(type: T): Guard<T> => oneOf(type);

type Of<U extends { readonly type: string }, K extends U['type']> = Extract<U, { readonly type: K }>;

const isPageMessage = byType<PageMessage>({
  ready: shape<Of<PageMessage, 'ready'>>({ type: ofType('ready') }),
  bind: shape<Of<PageMessage, 'bind'>>({ type: ofType('bind'), file: isText }),
  edit: shape<Of<PageMessage, 'edit'>>({
    type: ofType('edit'),
    file: isText,
    version: isCount,
    changes: listOf(isTextChange),
  }),
  save: shape<Of<PageMessage, 'save'>>({ type: ofType('save'), file: isText }),
  reveal: shape<Of<PageMessage, 'reveal'>>({ type: ofType('reveal'), file: isText, line: optional(isCount) }),
  compare: shape<Of<PageMessage, 'compare'>>({ type: ofType('compare'), object: isText }),
  commit: shape<Of<PageMessage, 'commit'>>({
    type: ofType('commit'),
    files: listOf(isText),
    message: isText,
    signOff: isFlag,
    thenSync: isFlag,
  }),
  sync: shape<Of<PageMessage, 'sync'>>({ type: ofType('sync') }),
  unfollow: shape<Of<PageMessage, 'unfollow'>>({ type: ofType('unfollow') }),
  dismissNotice: shape<Of<PageMessage, 'dismissNotice'>>({ type: ofType('dismissNotice') }),
});

const isHostMessage = byType<HostMessage>({
  snapshot: shape<Of<HostMessage, 'snapshot'>>({ type: ofType('snapshot'), snapshot: isPanelSnapshot }),
  app: shape<Of<HostMessage, 'app'>>({ type: ofType('app'), app: isPanelApp }),
  files: shape<Of<HostMessage, 'files'>>({ type: ofType('files'), files: listOf(isPanelFile) }),
  effect: shape<Of<HostMessage, 'effect'>>({ type: ofType('effect'), effect: isPanelEffect }),
  act: shape<Of<HostMessage, 'act'>>({ type: ofType('act'), act: isPanelAct }),
  progress: shape<Of<HostMessage, 'progress'>>({ type: ofType('progress'), progress: optional(isPanelProgress) }),
  notice: shape<Of<HostMessage, 'notice'>>({ type: ofType('notice'), notice: optional(isPanelNotice) }),
  text: shape<Of<HostMessage, 'text'>>({ type: ofType('text'), file: isText, version: isCount, text: isText }),
  edited: shape<Of<HostMessage, 'edited'>>({ type: ofType('edited'), file: isText, version: isCount }),
  changed: shape<Of<HostMessage, 'changed'>>({
    type: ofType('changed'),
    file: isText,
    from: isCount,
    version: isCount,
    changes: listOf(isTextChange),
  }),
  unbound: shape<Of<HostMessage, 'unbound'>>({ type: ofType('unbound'), file: isText, reason: isText }),
});

/** Reads a message of the page; `undefined` for anything that is none. */
export function parsePageMessage(value: unknown): PageMessage | undefined {
  return isPageMessage(value) ? value : undefined;
}

/** Reads a message of the host; `undefined` for anything that is none. */
export function parsePanelMessage(value: unknown): HostMessage | undefined {
  return isHostMessage(value) ? value : undefined;
}

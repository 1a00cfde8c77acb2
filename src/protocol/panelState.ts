import { isCount, isFlag, isRecord, isText, listOf, oneOf, optional, shape } from './guard.ts';
import type { Guard } from './guard.ts';

/** Everything the Change & Sync panel shows. Texts are finished sentences of the host; the page adds no facts of its own. */
export interface PanelSnapshot {
  readonly app: PanelApp;
  readonly files: readonly PanelFile[];
  readonly effect: PanelEffect;
  readonly act: PanelAct;
  readonly progress?: PanelProgress | undefined;
  readonly notice?: PanelNotice | undefined;
  readonly schemas: readonly PanelSchema[];
}

/** The header: which app, where it runs, and how it is. */
export interface PanelApp {
  readonly id: string;
  readonly name: string;
  /** What manages it, as people say it: `Argo CD`, `Flux`, `kustomize`, `manifests`. */
  readonly reconciler: string;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  /** Commit last applied, in full or as the reconciler writes it. */
  readonly appliedRevision?: string | undefined;
  readonly sync: PanelStatus;
  readonly health: PanelStatus;
  readonly live: PanelStatus;
}

/** A word, the mood it is shown in, and what there is to say about it. */
export interface PanelStatus {
  readonly word: string;
  readonly tone: Tone;
  readonly message?: string | undefined;
}

/** How a status is to be taken; drawn by shape and colour. */
export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'unknown';
const isTone: Guard<Tone> = oneOf('good', 'busy', 'warning', 'bad', 'unknown');

/** A file that this change set edits, or that the app is built from. */
export interface PanelFile {
  readonly path: string;
  /** `unchanged`: read by the app and equal to HEAD. `unpushed`: committed, not in the upstream branch. */
  readonly origin: FileOrigin;
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed' | 'untracked' | 'conflicted' | 'none';
}

export type FileOrigin = 'unsaved' | 'uncommitted' | 'unpushed' | 'unchanged';

/** What the change set does to the rendered objects, and to whom else. */
export interface PanelEffect {
  /** `computing` keeps the last result on the screen until the new one is there. */
  readonly phase: 'computing' | 'ready';
  readonly objects: readonly EffectObject[];
  readonly counts: EffectCounts;
  readonly blast: readonly BlastEntry[];
  readonly risks: readonly RiskNote[];
  readonly problems: readonly PanelProblem[];
}

export interface EffectCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly fields: number;
}

/** One rendered object that changes, or that the cluster runs differently. */
export interface EffectObject {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  /** `drifted`: this change set leaves it alone, the cluster differs all the same. */
  readonly change: 'added' | 'changed' | 'removed' | 'drifted';
  readonly fields: readonly EffectField[];
  /** Fields left out because there are too many to show. */
  readonly hiddenFields: number;
  readonly isLive: boolean;
}

/** One field at three moments: rendered from HEAD, rendered from the buffers, and in the cluster. */
export interface EffectField {
  readonly path: string;
  readonly change: 'add' | 'modify' | 'remove' | 'drift';
  readonly before: Cell;
  readonly after: Cell;
  readonly live: Cell;
  /** Who wrote the live value and when, where it drifted. */
  readonly writer?: string | undefined;
  /** Why the live value cannot be written into Git, where it drifted and that is so. */
  readonly refusal?: string | undefined;
}

/** A value in one column; `unread` where there is no cluster to ask. */
export type Cell =
  { readonly type: 'value'; readonly text: string } | { readonly type: 'absent' } | { readonly type: 'unread' };

/** Another app that the same files reach. */
export interface BlastEntry {
  readonly app: string;
  readonly objects: readonly string[];
}

/** Something to think about before acting. */
export interface RiskNote {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'danger';
  readonly message: string;
}

/** Why the effect is incomplete, placed where possible. */
export interface PanelProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
}

/** What can be done now. */
export interface PanelAct {
  readonly template: string;
  readonly commit: Availability;
  readonly commitAndSync: Availability;
  readonly sync: Availability;
}

/** Whether a button works; `text` says what it will do, or why it cannot and what to do about that. */
export interface Availability {
  readonly isReady: boolean;
  readonly text: string;
  /** Words on the button where they depend on the state (`Push & sync`). */
  readonly label?: string | undefined;
}

/** One run from commit to healthy. */
export interface PanelProgress {
  readonly title: string;
  /** `unfollowed`: the person stopped watching; the reconciler goes on. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'unfollowed';
  readonly steps: readonly ProgressStep[];
  readonly resources: readonly ProgressResource[];
  /** One sentence for the result, or for what is waited for. */
  readonly message: string;
  readonly next?: string | undefined;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; absent while running. */
  readonly endedAt?: string | undefined;
}

export interface ProgressStep {
  readonly label: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  readonly detail?: string | undefined;
}

export interface ProgressResource {
  readonly label: string;
  readonly status: string;
  readonly tone: Tone;
  readonly message?: string | undefined;
}

/** Trouble (or good news) outside a run, with the next step. */
export interface PanelNotice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly next?: string | undefined;
}

/** A JSON schema for the editor; `fileMatch` has globs over repository paths. */
export interface PanelSchema {
  readonly uri: string;
  readonly fileMatch: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
}

const isStatus = shape<PanelStatus>({ word: isText, tone: isTone, message: optional(isText) });

/** Accepts the header part of a snapshot. */
export const isPanelApp: Guard<PanelApp> = shape<PanelApp>({
  id: isText,
  name: isText,
  reconciler: isText,
  context: optional(isText),
  namespace: optional(isText),
  appliedRevision: optional(isText),
  sync: isStatus,
  health: isStatus,
  live: isStatus,
});

/** Accepts one row of the file list. */
export const isPanelFile: Guard<PanelFile> = shape<PanelFile>({
  path: isText,
  origin: oneOf('unsaved', 'uncommitted', 'unpushed', 'unchanged'),
  change: oneOf('added', 'modified', 'deleted', 'renamed', 'untracked', 'conflicted', 'none'),
});

const isValueCell = shape<Extract<Cell, { type: 'value' }>>({ type: oneOf('value'), text: isText });
const isEmptyCell = shape<{ readonly type: 'absent' | 'unread' }>({ type: oneOf('absent', 'unread') });
const isCell: Guard<Cell> = (value): value is Cell => isValueCell(value) || isEmptyCell(value);

const isEffectField = shape<EffectField>({
  path: isText,
  change: oneOf('add', 'modify', 'remove', 'drift'),
  before: isCell,
  after: isCell,
  live: isCell,
  writer: optional(isText),
  refusal: optional(isText),
});

const isEffectObject = shape<EffectObject>({
  key: isText,
  kind: isText,
  name: isText,
  namespace: optional(isText),
  change: oneOf('added', 'changed', 'removed', 'drifted'),
  fields: listOf(isEffectField),
  hiddenFields: isCount,
  isLive: isFlag,
});

/** Accepts the effect part of a snapshot. */
export const isPanelEffect: Guard<PanelEffect> = shape<PanelEffect>({
  phase: oneOf('computing', 'ready'),
  objects: listOf(isEffectObject),
  counts: shape<EffectCounts>({
    added: isCount,
    changed: isCount,
    removed: isCount,
    unchanged: isCount,
    fields: isCount,
  }),
  blast: listOf(shape<BlastEntry>({ app: isText, objects: listOf(isText) })),
  risks: listOf(
    shape<RiskNote>({
      code: isText,
      severity: oneOf('info', 'warning', 'danger'),
      message: isText,
    }),
  ),
  problems: listOf(
    shape<PanelProblem>({
      severity: oneOf('error', 'warning'),
      message: isText,
      file: optional(isText),
      line: optional(isCount),
    }),
  ),
});

const isAvailability = shape<Availability>({ isReady: isFlag, text: isText, label: optional(isText) });

/** Accepts the part of a snapshot that says what can be done. */
export const isPanelAct: Guard<PanelAct> = shape<PanelAct>({
  template: isText,
  commit: isAvailability,
  commitAndSync: isAvailability,
  sync: isAvailability,
});

/** Accepts the progress of a run. */
export const isPanelProgress: Guard<PanelProgress> = shape<PanelProgress>({
  title: isText,
  state: oneOf('running', 'succeeded', 'failed', 'unfollowed'),
  steps: listOf(
    shape<ProgressStep>({
      label: isText,
      state: oneOf('waiting', 'running', 'done', 'failed', 'skipped'),
      detail: optional(isText),
    }),
  ),
  resources: listOf(
    shape<ProgressResource>({ label: isText, status: isText, tone: isTone, message: optional(isText) }),
  ),
  message: isText,
  next: optional(isText),
  startedAt: isText,
  endedAt: optional(isText),
});

/** Accepts a notice. */
export const isPanelNotice: Guard<PanelNotice> = shape<PanelNotice>({
  severity: oneOf('info', 'warning', 'error'),
  message: isText,
  next: optional(isText),
});

/** Accepts a schema for the editor. */
const isPanelSchema: Guard<PanelSchema> = shape<PanelSchema>({
  uri: isText,
  fileMatch: listOf(isText),
  schema: isRecord,
});

/** Accepts a complete snapshot. */
export const isPanelSnapshot: Guard<PanelSnapshot> = shape<PanelSnapshot>({
  app: isPanelApp,
  files: listOf(isPanelFile),
  effect: isPanelEffect,
  act: isPanelAct,
  progress: optional(isPanelProgress),
  notice: optional(isPanelNotice),
  schemas: listOf(isPanelSchema),
});

import type { HostMessage } from '../../protocol/panel.ts';
import type { PanelSnapshot } from '../../protocol/panelState.ts';

/** Sends the page one whole snapshot, then only the parts that became different. */
export class PanelOutbox {
  readonly #send: (message: HostMessage) => void;
  #isAsked = false;
  #sent: PanelSnapshot | undefined;

  constructor(send: (message: HostMessage) => void) {
    this.#send = send;
  }

  /** The page asked for everything; it gets the next snapshot whole. */
  forget(): void {
    this.#isAsked = true;
    this.#sent = undefined;
  }

  /** Brings the page to this snapshot; before the page asked there is nobody to send to. */
  show(snapshot: PanelSnapshot): void {
    if (!this.#isAsked) return;
    const before = this.#sent;
    this.#sent = snapshot;
    const messages = before === undefined ? [{ type: 'snapshot', snapshot } as const] : changedParts(before, snapshot);
    for (const message of messages) this.#send(message);
  }
}

function changedParts(before: PanelSnapshot, now: PanelSnapshot): readonly HostMessage[] {
  const parts: readonly HostMessage[] = [
    { type: 'app', app: now.app },
    { type: 'files', files: now.files },
    { type: 'effect', effect: now.effect },
    { type: 'act', act: now.act },
    { type: 'progress', progress: now.progress },
    { type: 'notice', notice: now.notice },
  ];
  const old: readonly unknown[] = [before.app, before.files, before.effect, before.act, before.progress, before.notice];
  const current: readonly unknown[] = [now.app, now.files, now.effect, now.act, now.progress, now.notice];
  return parts.filter((_, at) => old[at] !== current[at] && JSON.stringify(old[at]) !== JSON.stringify(current[at]));
}

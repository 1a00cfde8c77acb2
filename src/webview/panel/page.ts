import type { HostMessage } from '../../protocol/panel.ts';
import type { PanelFile, PanelSnapshot } from '../../protocol/panelState.ts';
import { ActForm } from './act.ts';
import { el } from './dom.ts';
import { EffectView } from './effect.ts';
import { BoundEditor } from './editor/boundEditor.ts';
import type { WorkerAddresses } from './editor/monaco.ts';
import { FileList, isCommittable } from './files.ts';
import { showHeader } from './header.ts';
import type { Host } from './host.ts';
import { readPageState } from './pageState.ts';
import type { PageState } from './pageState.ts';
import { ProgressView, showNotice } from './progress.ts';

/** The whole panel: holds the last snapshot and the person's own input, and shows both. */
export class Page {
  readonly #host: Host;
  readonly #header = el('header', { class: 'app-header' });
  readonly #notice = el('div', { class: 'notice', hidden: true });
  readonly #files: FileList;
  readonly #editor: BoundEditor;
  readonly #effect: EffectView;
  readonly #act: ActForm;
  readonly #progress: ProgressView;
  #state: PageState;
  #snapshot: PanelSnapshot | undefined;

  constructor(host: Host, workers: WorkerAddresses) {
    this.#host = host;
    this.#state = readPageState(host.readState());
    this.#files = new FileList({
      onOpen: (file) => {
        this.#open(file);
        this.#editor.focus();
      },
      onChoose: (file, isChosen) => {
        this.#keep({ leftOut: without(this.#state.leftOut, file, isChosen) });
      },
    });
    this.#editor = new BoundEditor(host, workers, () => {
      this.#files.focus(this.#state.file);
    });
    this.#effect = new EffectView({
      onCompare: (object) => {
        host.post({ type: 'compare', object });
      },
      onReveal: (file, line) => {
        host.post({ type: 'reveal', file, line });
      },
      onFold: (object, isFolded) => {
        this.#remember({ folded: without(this.#state.folded, object, !isFolded) });
      },
    });
    this.#act = new ActForm({
      onMessage: (message) => {
        this.#keep({ message });
      },
      onSignOff: (signOff) => {
        this.#keep({ signOff });
      },
      onCommit: (thenSync) => {
        this.#commit(thenSync);
      },
      onSync: () => {
        host.post({ type: 'sync' });
      },
    });
    this.#progress = new ProgressView(() => {
      host.post({ type: 'unfollow' });
    });
  }

  /** Puts the page together and asks the host for its snapshot. */
  start(body: HTMLElement): void {
    body.append(
      this.#header,
      this.#notice,
      el(
        'main',
        { class: 'columns' },
        section('files', 'Files', el('div', { class: 'files' }, this.#files.element, this.#editor.element)),
        section('act', 'Act', this.#act.element, this.#progress.element),
        section('effect', 'Effect', this.#effect.element),
      ),
    );
    this.#host.post({ type: 'ready' });
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'text':
      case 'edited':
      case 'changed':
      case 'unbound':
        this.#editor.receive(message);
        return;
      case 'snapshot':
        this.#begin(message.snapshot);
        return;
      default:
        if (this.#snapshot !== undefined) this.#show(withPart(this.#snapshot, message));
    }
  }

  #begin(snapshot: PanelSnapshot): void {
    if (this.#state.app !== snapshot.app.id) {
      // What was entered for another app is no input for this one.
      this.#state = readPageState(undefined);
      this.#remember({ app: snapshot.app.id });
    }
    document.body.classList.add('loaded');
    this.#show(snapshot);
    // A page that stays without a schema validates syntax only; nothing to tell anybody.
    this.#editor.useSchemas(snapshot.schemas).catch(() => undefined);
    const wanted = snapshot.files.find((file) => file.path === this.#state.file) ?? firstToEdit(snapshot.files);
    if (wanted !== undefined) this.#open(wanted.path);
  }

  #show(snapshot: PanelSnapshot): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    // Once all is committed, message and choice have served their purpose.
    if (before?.files.some(isCommittable) === true && !snapshot.files.some(isCommittable)) {
      this.#remember({ message: undefined, leftOut: [] });
    }
    if (before?.app !== snapshot.app) showHeader(this.#header, snapshot.app);
    if (before?.effect !== snapshot.effect) this.#effect.show(snapshot.effect, this.#state.folded);
    if (before?.progress !== snapshot.progress) this.#progress.show(snapshot.progress);
    if (before?.notice !== snapshot.notice) {
      showNotice(this.#notice, snapshot.notice, () => {
        this.#host.post({ type: 'dismissNotice' });
      });
    }
    this.#showInput();
  }

  /** Shows what depends on the person's own input. */
  #showInput(): void {
    if (this.#snapshot === undefined) return;
    const { files, act } = this.#snapshot;
    this.#files.show(files, { open: this.#state.file, leftOut: this.#state.leftOut });
    const changed = files.filter(isCommittable);
    const { message, signOff } = this.#state;
    this.#act.show(act, { message, signOff, changed: changed.length, chosen: this.#chosen().length });
  }

  #open(file: string): void {
    this.#keep({ file });
    this.#editor.bind(file);
  }

  #commit(thenSync: boolean): void {
    if (this.#snapshot === undefined) return;
    const message = this.#state.message ?? this.#snapshot.act.template;
    this.#host.post({ type: 'commit', files: this.#chosen(), message, signOff: this.#state.signOff, thenSync });
  }

  #chosen(): readonly string[] {
    const files = this.#snapshot?.files ?? [];
    return files
      .filter(isCommittable)
      .map((file) => file.path)
      .filter((path) => !this.#state.leftOut.includes(path));
  }

  #keep(part: Partial<PageState>): void {
    this.#remember(part);
    this.#showInput();
  }

  #remember(part: Partial<PageState>): void {
    this.#state = { ...this.#state, ...part };
    this.#host.writeState(this.#state);
  }
}

type PartMessage = Exclude<HostMessage, { readonly type: 'snapshot' | 'text' | 'edited' | 'changed' | 'unbound' }>;

/** The snapshot with one part exchanged; an absent progress or notice clears what stood there. */
function withPart(snapshot: PanelSnapshot, message: PartMessage): PanelSnapshot {
  switch (message.type) {
    case 'app':
      return { ...snapshot, app: message.app };
    case 'files':
      return { ...snapshot, files: message.files };
    case 'effect':
      return { ...snapshot, effect: message.effect };
    case 'act':
      return { ...snapshot, act: message.act };
    case 'progress':
      return { ...snapshot, progress: message.progress };
    case 'notice':
      return { ...snapshot, notice: message.notice };
  }
}

function section(id: string, title: string, ...content: readonly HTMLElement[]): HTMLElement {
  return el(
    'section',
    { class: `part ${id}`, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title),
    ...content,
  );
}

function firstToEdit(files: readonly PanelFile[]): PanelFile | undefined {
  return files.find((file) => isCommittable(file) && file.change !== 'deleted');
}

/** The list without the entry, or with it at the end. */
function without(list: readonly string[], entry: string, isOut: boolean): readonly string[] {
  const rest = list.filter((each) => each !== entry);
  return isOut ? rest : [...rest, entry];
}

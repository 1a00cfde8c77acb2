import type { Availability, PanelAct } from '../../protocol/panelState.ts';
import { button, el, icon } from './dom.ts';

/** What the person does in the act part. */
export interface ActActions {
  readonly onMessage: (message: string | undefined) => void;
  readonly onSignOff: (isOn: boolean) => void;
  readonly onCommit: (thenSync: boolean) => void;
  readonly onSync: () => void;
}

/** What of the form belongs to the page. */
export interface ActInput {
  /** Absent while the template stands. */
  readonly message?: string | undefined;
  readonly signOff: boolean;
  readonly chosen: number;
  readonly changed: number;
}

interface ActButton {
  readonly element: HTMLButtonElement;
  readonly words: HTMLElement;
  readonly standard: string;
  readonly note: HTMLElement;
}

/** The form that writes: commit message, sign-off and the three buttons, each with what it will do or why it cannot. */
export class ActForm {
  readonly element = el('div', { class: 'act-form' });
  readonly #message = el('textarea', {
    id: 'message',
    rows: '4',
    spellcheck: 'true',
    'aria-describedby': 'message-note',
  });
  readonly #signOff = el('input', { type: 'checkbox', id: 'sign-off' });
  readonly #reset: HTMLButtonElement;
  readonly #chosen = el('p', { class: 'muted', id: 'message-note' });
  readonly #commit: ActButton;
  readonly #both: ActButton;
  readonly #sync: ActButton;
  #template = '';

  constructor(actions: ActActions) {
    this.#message.addEventListener('input', () => {
      actions.onMessage(this.#message.value === this.#template ? undefined : this.#message.value);
    });
    this.#signOff.addEventListener('change', () => {
      actions.onSignOff(this.#signOff.checked);
    });
    this.#reset = button(
      { class: 'link' },
      () => {
        actions.onMessage(undefined);
        this.#message.focus();
      },
      'Use the suggested message',
    );
    this.#both = actButton('both', 'primary', 'rocket', 'Commit & sync', () => {
      actions.onCommit(true);
    });
    this.#commit = actButton('commit', 'secondary', 'git-commit', 'Commit', () => {
      actions.onCommit(false);
    });
    this.#sync = actButton('sync', 'secondary', 'sync', 'Sync', () => {
      actions.onSync();
    });
    this.element.append(
      el('label', { for: 'message', class: 'field-label' }, 'Commit message'),
      this.#message,
      el('div', { class: 'message-foot' }, this.#chosen, this.#reset),
      el('label', { class: 'check', for: 'sign-off' }, this.#signOff, ' Add a Signed-off-by line'),
      ...[this.#both, this.#commit, this.#sync].map((each) => el('div', { class: 'act-row' }, each.element, each.note)),
    );
  }

  show(act: PanelAct, input: ActInput): void {
    this.#template = act.template;
    const message = input.message ?? act.template;
    // Setting an equal value would move the caret.
    if (this.#message.value !== message) this.#message.value = message;
    this.#signOff.checked = input.signOff;
    this.#reset.hidden = input.message === undefined || act.template === '';
    this.#chosen.textContent =
      input.changed === 0
        ? 'No changed file.'
        : `${String(input.chosen)} of ${String(input.changed)} changed file${input.changed === 1 ? '' : 's'} chosen.`;
    showButton(this.#both, committable(act.commitAndSync, input, message));
    showButton(this.#commit, committable(act.commit, input, message));
    showButton(this.#sync, act.sync);
  }
}

function actButton(id: string, look: string, shape: string, standard: string, onPress: () => void): ActButton {
  const words = el('span', {}, standard);
  const element = button(
    { id: `act-${id}`, class: `act ${look}`, 'aria-describedby': `act-${id}-note` },
    () => {
      // Stays focusable while it cannot act, so that the reason can be read.
      if (element.getAttribute('aria-disabled') !== 'true') onPress();
    },
    icon(shape),
    words,
  );
  return { element, words, standard, note: el('p', { class: 'act-note', id: `act-${id}-note` }) };
}

function showButton(target: ActButton, state: Availability): void {
  target.words.textContent = state.label ?? target.standard;
  target.element.setAttribute('aria-disabled', String(!state.isReady));
  target.note.classList.toggle('blocked', !state.isReady);
  target.note.replaceChildren(...(state.isReady ? [] : [icon('circle-slash')]), state.text);
}

/** The page's own conditions, after the host's. */
function committable(state: Availability, input: ActInput, message: string): Availability {
  if (!state.isReady) return state;
  if (input.chosen === 0) return { isReady: false, text: 'Choose at least one changed file.' };
  if (message.trim() === '') return { isReady: false, text: 'Write a commit message.' };
  return state;
}

import type { PanelNotice, PanelProgress, ProgressStep } from '../../protocol/panelState.ts';
import { button, el, icon, showEach } from './dom.ts';
import { statusBadge } from './header.ts';

const stepIcons: Readonly<Record<ProgressStep['state'], string>> = {
  waiting: 'circle-outline',
  running: 'loading',
  done: 'pass-filled',
  failed: 'error',
  skipped: 'circle-slash',
};

const stateWords: Readonly<Record<PanelProgress['state'], string>> = {
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  unfollowed: 'Not followed any more',
};

/** One run: its steps, the objects on their way, and the result; announces each change of its sentence. */
export class ProgressView {
  readonly element = el('div', { class: 'progress' });
  readonly #title = el('h3', {});
  readonly #steps = el('ol', { class: 'steps' });
  readonly #resources = el('ul', { class: 'resources', 'aria-label': 'Objects' });
  readonly #result = el('div', { class: 'result' });
  readonly #live = el('p', { role: 'status', 'aria-live': 'polite', class: 'live-region' });
  readonly #stop: HTMLButtonElement;
  #spoken = '';

  constructor(onStop: () => void) {
    this.#stop = button({ class: 'act secondary', id: 'stop-following' }, onStop, icon('debug-stop'), 'Stop following');
    const body = el(
      'div',
      { class: 'progress-body' },
      this.#title,
      this.#steps,
      this.#resources,
      this.#result,
      this.#stop,
    );
    // The region must stand before it is filled, or nothing is announced.
    this.element.append(body, this.#live);
    body.hidden = true;
  }

  show(progress: PanelProgress | undefined): void {
    const body = this.element.firstElementChild;
    if (body instanceof HTMLElement) body.hidden = progress === undefined;
    if (progress === undefined) return;
    this.#title.textContent = progress.title;
    const steps = progress.steps.map((step, at) => ({ ...step, at }));
    showEach(this.#steps, steps, (step) => String(step.at), stepRow);
    showEach(
      this.#resources,
      progress.resources,
      (resource) => resource.label,
      (resource) =>
        el(
          'li',
          { class: 'resource' },
          el('span', { class: 'resource-name' }, resource.label),
          statusBadge({ word: resource.status, tone: resource.tone }),
          resource.message === undefined ? undefined : el('p', { class: 'resource-message' }, resource.message),
        ),
    );
    this.#stop.hidden = progress.state !== 'running';
    this.#result.className = `result ${progress.state}`;
    this.#result.replaceChildren(...resultOf(progress));
    this.#speak(progress);
  }

  #speak(progress: PanelProgress): void {
    const running = progress.steps.find((step) => step.state === 'running');
    const words = [stateWords[progress.state], progress.message || running?.label, progress.next]
      .filter(Boolean)
      .join('. ');
    if (words === this.#spoken) return;
    this.#spoken = words;
    this.#live.textContent = words;
  }
}

/** Shows a notice above everything, or takes it away. Trouble interrupts a screen reader, news waits. */
export function showNotice(target: HTMLElement, notice: PanelNotice | undefined, onDismiss: () => void): void {
  target.hidden = notice === undefined;
  if (notice === undefined) {
    target.replaceChildren();
    return;
  }
  target.className = `notice ${notice.severity}`;
  target.setAttribute('role', notice.severity === 'info' ? 'status' : 'alert');
  target.replaceChildren(
    icon(notice.severity),
    el(
      'div',
      { class: 'notice-words' },
      el('p', {}, notice.message),
      notice.next === undefined ? undefined : el('p', { class: 'next' }, notice.next),
    ),
    button({ class: 'icon-button', 'aria-label': 'Dismiss' }, onDismiss, icon('close')),
  );
}

function stepRow(step: ProgressStep): HTMLElement {
  const spin = step.state === 'running' ? 'codicon-modifier-spin' : '';
  return el(
    'li',
    { class: `step ${step.state}`, 'aria-current': step.state === 'running' ? 'step' : undefined },
    icon(stepIcons[step.state], spin),
    el(
      'span',
      { class: 'step-words' },
      el('span', {}, step.label, el('span', { class: 'sr-only' }, `, ${step.state}`)),
      step.detail === undefined ? undefined : el('span', { class: 'muted step-detail' }, step.detail),
    ),
  );
}

function resultOf(progress: PanelProgress): readonly Node[] {
  const took = progress.endedAt === undefined ? undefined : duration(progress.startedAt, progress.endedAt);
  const head = took === undefined ? progress.message : `${progress.message} (${took})`;
  return [el('p', {}, head), ...(progress.next === undefined ? [] : [el('p', { class: 'next' }, progress.next)])];
}

function duration(start: string, end: string): string | undefined {
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  if (!(seconds >= 0)) return undefined;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${String(Math.floor(seconds / 60))} min ${String(Math.round(seconds % 60))} s`;
}

import type { PanelApp, PanelStatus, Tone } from '../../protocol/panelState.ts';
import { el, icon } from './dom.ts';

const toneIcons: Readonly<Record<Tone, string>> = {
  good: 'pass',
  busy: 'sync',
  warning: 'warning',
  bad: 'error',
  unknown: 'question',
};

/** A status as icon and word; its message follows as a tooltip and for screen readers. */
export function statusBadge(status: PanelStatus): HTMLElement {
  return el(
    'span',
    { class: `status tone-${status.tone}`, title: status.message },
    icon(toneIcons[status.tone], status.tone === 'busy' ? 'codicon-modifier-spin' : ''),
    el('span', {}, status.word),
  );
}

/** The header: identity of the app and its state; rebuilt as a whole, nothing in it takes the focus. */
export function showHeader(target: HTMLElement, app: PanelApp): void {
  const messages = [app.sync, app.health, app.live].map((each) => each.message).filter((each) => each !== undefined);
  target.replaceChildren(
    el('div', { class: 'title' }, el('h1', {}, app.name), el('span', { class: 'badge' }, app.reconciler)),
    el(
      'dl',
      { class: 'facts' },
      ...fact('Cluster', app.context ?? 'none chosen'),
      ...fact('Namespace', app.namespace ?? 'none'),
      ...fact('Applied', revision(app.appliedRevision)),
      ...fact('Sync', statusBadge(app.sync)),
      ...fact('Health', statusBadge(app.health)),
      ...fact('Live', statusBadge(app.live)),
    ),
    ...messages.map((message) => el('p', { class: 'header-message' }, message)),
  );
}

function fact(name: string, value: HTMLElement | string): readonly HTMLElement[] {
  return [el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, value))];
}

function revision(full: string | undefined): HTMLElement | string {
  if (full === undefined) return 'not known';
  const commit = /[0-9a-f]{40}(?:[0-9a-f]{24})?$/.exec(full)?.[0];
  return el('code', { title: full }, commit?.slice(0, 7) ?? full);
}

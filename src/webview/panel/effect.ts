import type {
  BlastEntry,
  Cell,
  EffectField,
  EffectObject,
  PanelEffect,
  PanelProblem,
} from '../../protocol/panelState.ts';
import { button, el, icon, showEach } from './dom.ts';

/** What the person does in the effect part. */
export interface EffectActions {
  readonly onCompare: (object: string) => void;
  readonly onReveal: (file: string, line: number | undefined) => void;
  readonly onFold: (object: string, isFolded: boolean) => void;
}

const changeWords: Readonly<Record<EffectObject['change'], { readonly icon: string; readonly word: string }>> = {
  added: { icon: 'diff-added', word: 'added' },
  changed: { icon: 'diff-modified', word: 'changed' },
  removed: { icon: 'diff-removed', word: 'removed' },
  drifted: { icon: 'debug-disconnect', word: 'drifted' },
};

/** The effect of the change set on rendered objects, on other apps, and what to watch out for. */
export class EffectView {
  readonly element = el('div', { class: 'effect' });
  readonly #summary = el('p', { class: 'summary' });
  readonly #problems = el('ul', { class: 'notes', 'aria-label': 'Problems' });
  readonly #risks = el('ul', { class: 'notes', 'aria-label': 'Risks' });
  readonly #blast = el('div', { class: 'blast' });
  readonly #objects = el('div', { class: 'objects' });
  readonly #actions: EffectActions;

  constructor(actions: EffectActions) {
    this.#actions = actions;
    this.element.append(this.#summary, this.#problems, this.#risks, this.#blast, this.#objects);
  }

  show(effect: PanelEffect, folded: readonly string[]): void {
    this.element.setAttribute('aria-busy', String(effect.phase === 'computing'));
    this.#summary.replaceChildren(...summaryOf(effect));
    showEach(this.#problems, effect.problems, JSON.stringify, (problem) => this.#problem(problem));
    showEach(this.#risks, effect.risks, JSON.stringify, (risk) =>
      el(
        'li',
        { class: `note ${risk.severity}` },
        icon(risk.severity === 'danger' ? 'flame' : risk.severity),
        el('span', {}, risk.message),
      ),
    );
    this.#blast.replaceChildren(...blastOf(effect.blast));
    showEach(
      this.#objects,
      effect.objects,
      (object) => object.key,
      (object) => this.#object(object, folded.includes(object.key)),
    );
  }

  #problem(problem: PanelProblem): HTMLElement {
    const { file, line } = problem;
    const where = file === undefined ? undefined : line === undefined ? file : `${file}:${String(line)}`;
    return el(
      'li',
      { class: `note ${problem.severity === 'error' ? 'danger' : 'warning'}` },
      icon(problem.severity),
      el(
        'span',
        {},
        problem.message,
        file === undefined || where === undefined
          ? undefined
          : button(
              { class: 'link', 'data-focus': 'where' },
              () => {
                this.#actions.onReveal(file, line);
              },
              where,
            ),
      ),
    );
  }

  #object(object: EffectObject, isFolded: boolean): HTMLElement {
    const { word, icon: shape } = changeWords[object.change];
    const details = el(
      'details',
      { class: `object ${object.change}`, open: !isFolded },
      el(
        'summary',
        { 'data-focus': 'summary' },
        icon('chevron-right', 'twisty'),
        icon(shape, 'change'),
        el('span', { class: 'object-name' }, el('span', { class: 'kind' }, object.kind), ` ${object.name}`),
        object.namespace === undefined ? undefined : el('span', { class: 'muted' }, object.namespace),
        el('span', { class: `badge change-${object.change}` }, word),
      ),
      fieldsOf(object),
      el('div', { class: 'object-foot' }, ...this.#foot(object)),
    );
    details.addEventListener('toggle', () => {
      this.#actions.onFold(object.key, !details.open);
    });
    return details;
  }

  #foot(object: EffectObject): readonly HTMLElement[] {
    const more = object.hiddenFields;
    const words = `${String(more)} more field${more === 1 ? '' : 's'} differ`;
    const hidden = more === 0 ? [] : [el('span', { class: 'muted' }, more === 1 ? `${words}s` : words)];
    if (!object.isLive) return hidden;
    const compare = button(
      {
        class: 'link',
        'data-focus': 'compare',
        'aria-label': `Compare ${object.kind} ${object.name} with the cluster`,
      },
      () => {
        this.#actions.onCompare(object.key);
      },
      icon('diff'),
      ' Compare with the cluster',
    );
    return [...hidden, compare];
  }
}

function summaryOf(effect: PanelEffect): readonly Node[] {
  const { added, changed, removed, unchanged, fields } = effect.counts;
  const parts = [
    { n: changed, shape: 'diff-modified', word: 'changed', tone: 'changed' },
    { n: added, shape: 'diff-added', word: 'added', tone: 'added' },
    { n: removed, shape: 'diff-removed', word: 'removed', tone: 'removed' },
  ]
    .filter((part) => part.n > 0)
    .map((part) =>
      el('span', { class: `count change-${part.tone}` }, icon(part.shape), `${String(part.n)} ${part.word}`),
    );
  const none = el('span', { class: 'count' }, 'The rendered objects stay as they are');
  const rest = `${plural(fields, 'field')} · ${plural(unchanged, 'object')} unchanged`;
  const busy = el('span', { class: 'count muted' }, icon('loading', 'codicon-modifier-spin'), 'rendering…');
  return [
    ...(parts.length === 0 ? [none] : parts),
    el('span', { class: 'count muted' }, rest),
    ...(effect.phase === 'computing' ? [busy] : []),
  ];
}

function blastOf(blast: readonly BlastEntry[]): readonly Node[] {
  if (blast.length === 0) return [];
  return [
    el('h3', {}, icon('broadcast'), ` Also reaches ${plural(blast.length, 'other app')}`),
    el(
      'ul',
      { class: 'blast-list' },
      ...blast.map((entry) =>
        el('li', {}, el('strong', {}, entry.app), el('span', { class: 'muted' }, ` ${entry.objects.join(', ')}`)),
      ),
    ),
  ];
}

function fieldsOf(object: EffectObject): HTMLElement {
  const cell = (
    role: string,
    attributes: Readonly<Record<string, string>>,
    ...children: (Node | string)[]
  ): HTMLElement => el('div', { role, ...attributes }, ...children);
  const heads = ['Field', 'Before', 'After', 'Live'].map((head) => cell('columnheader', { class: 'th' }, head));
  return el(
    'div',
    { role: 'table', class: 'fields', 'aria-label': `Fields of ${object.kind} ${object.name}` },
    el('div', { role: 'row', class: 'tr head' }, ...heads),
    ...object.fields.map((field) =>
      el(
        'div',
        { role: 'row', class: `tr ${field.change}` },
        cell('rowheader', { class: 'td field-path' }, el('code', {}, ...breakable(field.path))),
        cell('cell', { class: 'td before', 'data-label': 'Before' }, valueOf(field.before)),
        cell('cell', { class: 'td after', 'data-label': 'After' }, valueOf(field.after)),
        cell('cell', { class: 'td live', 'data-label': 'Live' }, ...liveOf(field)),
      ),
    ),
  );
}

function valueOf(value: Cell): HTMLElement {
  switch (value.type) {
    case 'value':
      return el('code', { class: 'value' }, value.text);
    case 'absent':
      return el('span', { class: 'muted' }, 'not set');
    case 'unread':
      return el('span', { class: 'muted', title: 'No cluster is connected' }, '—');
  }
}

/** The live value, marked where the cluster differs from what HEAD declares. */
function liveOf(field: EffectField): readonly Node[] {
  const isDrifted = field.live.type !== 'unread' && JSON.stringify(field.live) !== JSON.stringify(field.before);
  if (!isDrifted) return [valueOf(field.live)];
  const isThere = JSON.stringify(field.live) === JSON.stringify(field.after);
  const mark = isThere
    ? el('span', { class: 'mark good' }, icon('check'), 'already so')
    : el('span', { class: 'mark' }, icon('debug-disconnect'), field.writer ?? 'differs from Git');
  const refusal = field.refusal === undefined ? [] : [el('span', { class: 'muted refusal' }, field.refusal)];
  return [valueOf(field.live), mark, ...refusal];
}

/** Lets a long path break after its dots. */
function breakable(path: string): readonly Node[] {
  return path.split(/(?<=[.\]])/).flatMap((part) => [document.createTextNode(part), document.createElement('wbr')]);
}

function plural(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

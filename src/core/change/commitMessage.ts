import type { App } from '../model/app.ts';
import type { FieldDifference } from '../model/difference.ts';
import { describeKey } from '../model/resource.ts';
import { count, pointerParts, wordsOfChange, wordsOfValue } from '../model/words.ts';
import type { AppEffect, ObjectEffect } from './changeSet.ts';

/** Longest subject; git's own advice is 50, forges cut at 72. */
const longestSubject = 72;

/** Proposes a commit message: `web: image 1.4.1 → 1.4.2`, and the other apps that the change reaches as its body. */
export function suggestMessage(own: AppEffect, others: readonly AppEffect[]): string {
  const subject = `${own.app.name}: ${whatChanged(own.effects)}`;
  const reached = others.map(({ app, effects }) => `- ${labelOf(app)}: ${whatChanged(effects)}`);
  return reached.length === 0 ? subject : [subject, '', 'Also changes:', ...reached].join('\n');
}

function labelOf(app: App): string {
  return app.namespace === undefined ? app.name : `${app.namespace}/${app.name}`;
}

function whatChanged(effects: readonly ObjectEffect[]): string {
  if (effects.length === 0) return 'no change of the rendered objects';
  const phrases = [...new Set(effects.flatMap(phrasesOf))];
  const text = phrases.join(', ');
  return text.length <= longestSubject - 20 ? text : summaryOf(effects);
}

function phrasesOf(effect: ObjectEffect): readonly string[] {
  switch (effect.change) {
    case 'added':
      return [`add ${describeKey(effect.key)}`];
    case 'removed':
      return [`remove ${describeKey(effect.key)}`];
    case 'changed':
      return effect.fields.map(phraseOf);
  }
}

/** The field's own name with both values; an image of which only the tag moved is told by its tags. */
function phraseOf({ path, desired, live, change }: FieldDifference): string {
  const name = fieldName(path);
  if (change === 'add') return `${name} ${wordsOfValue(desired)}`;
  if (change === 'remove') return `remove ${name}`;
  const [before, after] = wordsOfChange(live, desired);
  return `${name} ${before} → ${after}`;
}

function fieldName(path: string): string {
  const parts = pointerParts(path);
  return parts.findLast((part) => !/^\d+$/.test(part)) ?? 'object';
}

function summaryOf(effects: readonly ObjectEffect[]): string {
  const countOf = (change: ObjectEffect['change']): number =>
    effects.filter((effect) => effect.change === change).length;
  const words = [
    { n: countOf('added'), verb: 'add' },
    { n: countOf('changed'), verb: 'change' },
    { n: countOf('removed'), verb: 'remove' },
  ];
  const said = words.filter(({ n }) => n > 0).map(({ n, verb }) => `${verb} ${count(n, 'object')}`);
  return said.join(', ');
}

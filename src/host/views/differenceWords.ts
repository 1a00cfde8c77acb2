import type { FieldDifference, Origin } from '../../core/model/difference.ts';
import type { PlacedDifference } from '../../core/overview/state.ts';
import { isSecretValue } from '../../core/model/resource.ts';
import { pointerParts, wordsOfAge, wordsOfChange, wordsOfPath, wordsOfValue } from '../../core/model/words.ts';
import type { Translate } from '../text.ts';

/** The three parts of a difference's line: `spec.replicas`, `3 → 5`, `drift, kubectl-edit 2 h ago`. */
export interface DifferenceWords {
  readonly field: string;
  readonly values: string;
  readonly origin: string;
}

/** Says a difference in words; values of Secrets are never said. */
export function wordsOfDifference(difference: PlacedDifference, now: Date, t: Translate): DifferenceWords {
  const origin = originWords(difference, now, t);
  const { field, object } = difference;
  if (field === undefined) return { field: '', values: objectWords(difference, t), origin };
  if (isSecretValue(object, field.path))
    return { field: shortField(field.path), values: t('changed (hidden)'), origin };
  return { field: shortField(field.path), values: valueWords(field, difference.origin, t), origin };
}

/** One line of those words. */
export function differenceLine({ field, values, origin }: DifferenceWords): string {
  return [field, values, origin].filter((part) => part !== '').join('   ');
}

/** The name of an origin, as the product's words have it. */
export function originName(origin: Origin, t: Translate): string {
  const names: Readonly<Record<Origin, string>> = {
    uncommitted: t('uncommitted'),
    unpushed: t('unpushed'),
    unsynced: t('unsynced'),
    drift: t('drift'),
  };
  return names[origin];
}

/** What a verdict over a whole object means to a person. */
export function verdictWords(verdict: PlacedDifference['verdict'], t: Translate): string {
  const words: Readonly<Record<PlacedDifference['verdict'], string>> = {
    'in-sync': t('in sync'),
    modified: t('modified'),
    removed: t('removed from Git'),
    missing: t('not in the cluster'),
    extra: t('not declared in Git'),
    skipped: t('skipped by the reconciler'),
    external: t('changed by its own controller'),
    invalid: t('invalid'),
    suspect: t('may differ'),
    unknown: t('cannot be compared'),
  };
  return words[verdict];
}

/** On its way to the cluster an object is new or gone; in the cluster it is missing or too many. */
function objectWords({ origin, verdict }: PlacedDifference, t: Translate): string {
  if (origin !== 'drift' && verdict === 'missing') return t('added');
  if (origin !== 'drift' && verdict === 'extra') return t('removed');
  return verdictWords(verdict, t);
}

function originWords({ origin, field }: PlacedDifference, now: Date, t: Translate): string {
  const name = originName(origin, t);
  const by = field?.writer?.manager ?? field?.by;
  if (origin !== 'drift' || by === undefined) return name;
  const age = wordsOfAge(field?.writer?.time, now);
  return age === undefined ? `${name}, ${by}` : `${name}, ${by} ${age}`;
}

const podPrefix = /^\/spec(?:\/jobTemplate\/spec)?\/template\/spec(?=\/)/;

/** A field as short as it stays clear: the way into the pod template and into `data` is left out. */
function shortField(path: string): string {
  const [first, ...rest] = pointerParts(path);
  if (first === 'data' && rest.length === 1) return rest.join('');
  return wordsOfPath(path.replace(podPrefix, ''));
}

function valueWords({ change, desired, live }: FieldDifference, origin: Origin, t: Translate): string {
  // Drift goes from Git to the cluster, everything else from what was to what is on its way.
  const [before, after] = origin === 'drift' ? [desired, live] : [live, desired];
  if (change !== 'modify' && after === undefined) return t('{0} removed', wordsOfValue(before));
  if (change !== 'modify' && before === undefined) return t('{0} added', wordsOfValue(after));
  return wordsOfChange(before, after).join(' → ');
}

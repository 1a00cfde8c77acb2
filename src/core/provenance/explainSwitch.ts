import type { Provenance } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import type { Collection } from './collection.ts';
import { valueAtTokens } from './exchange.ts';
import type { Exchanger } from './exchange.ts';
import { helmRoles } from './helmRoles.ts';
import { probeFor } from './probe.ts';
import type { Field, Writing } from './writing.ts';

const ofValues: ReadonlySet<string> = new Set([
  'helm-default-values',
  'helm-values',
  'helm-set',
  'argo-values',
  'argo-parameters',
]);

/**
 * Explains that a chart does not render a field or a whole object: the one boolean among the values without which it does.
 * `undefined` when there is none, or when several bring it about.
 */
export async function explainSwitch(
  field: Field,
  exchanger: Exchanger,
  collection: Collection,
): Promise<Provenance | undefined> {
  const found: Writing[] = [];
  for (const writing of switchesOf(collection.writings)) {
    if (exchanger.isSpent) return undefined;
    const { text } = probeFor(writing, 0);
    const after = await exchanger.renderWith([{ place: writing.place, newText: text }]);
    if (after !== undefined && shows(after, field)) found.push(writing);
  }
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return undefined;
  // No `writing`: the switch brings the field back, but what value it then has is written elsewhere.
  return { kind: 'proven', place: only.place, via: only.via, also: helmRoles(only, collection, undefined) };
}

/** The booleans of the values; those that are usually switches first. */
export function switchesOf(writings: readonly Writing[]): readonly Writing[] {
  const all = writings.filter(
    (each) => ofValues.has(each.via) && each.isKey !== true && /^(?:true|false)$/.test(String(each.value)),
  );
  const isUsual = ({ key }: Writing): boolean => /^(?:enabled|create|install)$/i.test(key ?? '');
  return [...all.filter(isUsual).reverse(), ...all.filter((each) => !isUsual(each)).reverse()];
}

function shows(rendering: Rendering, field: Field): boolean {
  const object = rendering.objects.find((each) => each.key === field.key)?.object;
  return object !== undefined && valueAtTokens(object, field.tokens) !== undefined;
}

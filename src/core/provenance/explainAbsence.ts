import type { Provenance } from '../model/provenance.ts';
import type { Collection } from './collection.ts';
import { findField } from './exchange.ts';
import type { Question } from './prove.ts';
import { overriddenBy } from './roles.ts';
import type { Field, Writing } from './writing.ts';

/**
 * Explains that a field is missing: a `null` at its path, or a `$patch: delete` above it, without which it is there.
 * Lists that are replaced as a whole have no such scalar.
 */
export async function explainAbsence(question: Question, collection: Collection): Promise<Provenance> {
  const { writings } = collection;
  const nulls = writings.filter((each) => each.value === null && each.mayWrite(question.field)).reverse();
  for (const writing of nulls) {
    if (await appears(question, writing, 'plumbq', (value) => value === 'plumbq'))
      return proven(writing, overriddenBy(writing, question.field, question.object, collection));
  }
  const deletions = deletionsAbove(question.field, writings);
  const proofs: Writing[] = [];
  for (const writing of deletions) {
    if (await appears(question, writing, 'merge', (value) => value !== undefined)) proofs.push(writing);
  }
  const [only, ...others] = proofs;
  // Of several deletions in one list each brings an entry back, and none is the one.
  if (only !== undefined && others.length === 0) return proven(only, []);
  const also = [...nulls, ...deletions].map(({ place }) => ({ place, role: 'candidate' }) as const);
  return { kind: 'unknown', why: 'The field is not there, and no single scalar says so.', also };
}

function deletionsAbove(field: Field, writings: readonly Writing[]): readonly Writing[] {
  const paths = field.tokens.map((_, index) => [...field.tokens.slice(0, index), '$patch']);
  return writings.filter(
    (each) => each.value === 'delete' && paths.some((tokens) => each.mayWrite({ ...field, tokens })),
  );
}

async function appears(
  { exchanger, before, field }: Question,
  { place, style }: Writing,
  text: string,
  isExpected: (value: unknown) => boolean,
): Promise<boolean> {
  if (exchanger.isSpent) return false;
  const quoted = style === 'single' || style === 'double' ? `"${text}"` : text;
  const after = await exchanger.renderWith([{ place, newText: place.text === '' ? ` ${quoted}` : quoted }]);
  return after !== undefined && isExpected(findField(before, after, field)?.value);
}

function proven({ place, via, value, style, isFlow, outerStyle }: Writing, losing: readonly Writing[]): Provenance {
  const also = losing.map((each) => ({ place: each.place, role: 'overridden-base' }) as const);
  return { kind: 'proven', place, via, also, writing: { before: '', after: '', value, style, isFlow, outerStyle } };
}

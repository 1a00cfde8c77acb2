import type { Json } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import type { Collection } from './collection.ts';
import { isWhole, proveAny, proveOneByOne } from './prove.ts';
import type { Proof, Proposal, Question } from './prove.ts';
import { pieceFor, splicesOf } from './splice.ts';
import type { Splice } from './splice.ts';

/**
 * Finds the scalars whose exchange shows in the field. The later writing wins, so candidates are tried from the last to the
 * first; then values that travel between objects. Without an aim all parts are looked for.
 */
export async function searchScalars(
  question: Question,
  collection: Collection,
  aim: { readonly toward: Json | undefined } | undefined,
): Promise<readonly Proof[]> {
  const origin = question.before.objects.find((each) => each.key === question.field.key)?.origin?.path;
  const proposals = collection.writings.flatMap((writing): Proposal[] => {
    if (writing.template !== undefined && writing.template !== origin) return [];
    const splices = splicesOf(writing, question.value);
    return splices.length === 0 ? [] : [{ writing, splices }];
  });
  const isLikely = ({ writing }: Proposal): boolean => writing.mayWrite(question.field);
  const likely = proposals.filter(isLikely).sort((a, b) => b.writing.order - a.writing.order);
  const isEnough = (proof: Proof): boolean =>
    aim !== undefined && (aim.toward === undefined || pieceFor(proof.splice, aim.toward) !== undefined);
  const proofs = await proveOneByOne(question, withoutRepeats(withoutInner(likely)), isEnough);
  if (proofs.some((each) => isEnough(each) || isWhole(each.splice))) return proofs;
  const others = proposals.filter((each) => !isLikely(each) && isTelling(each, question.value, collection));
  return proveAny(question, withoutRepeats(others.reverse()), isEnough, proofs);
}

/** Where a whole scalar shows as it is written nothing was substituted in it, so its pieces are none. */
function withoutInner(proposals: readonly Proposal[]): readonly Proposal[] {
  const wholes = proposals.filter((each) => each.splices.some(({ before, after }) => before === '' && after === ''));
  return proposals.filter(({ writing }) => !wholes.some((whole) => isInside(writing.place, whole.writing.place)));
}

function isInside(inner: Place, outer: Place): boolean {
  const isSmaller = inner.end - inner.start < outer.end - outer.start;
  return inner.file === outer.file && isSmaller && inner.start >= outer.start && inner.end <= outer.end;
}

/** Aliases list one place several times; exchanging it once is enough. */
function withoutRepeats(proposals: readonly Proposal[]): readonly Proposal[] {
  const seen = new Set<string>();
  return proposals.filter(({ writing: { place } }) => {
    const id = `${place.file}:${String(place.start)}:${String(place.end)}`;
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

/**
 * A scalar elsewhere counts when it is the whole value, or where kustomize copies values one of its words. A piece cut out
 * of a scalar elsewhere is computed, not written.
 */
function isTelling({ writing, splices }: Proposal, value: Json, collection: Collection): boolean {
  if (value === null) return false;
  // A template joins whatever it likes: the exchange alone tells.
  if (collection.copies.has('template')) return splices.some((each) => isWhole(each) || writing.isKey !== true);
  if (writing.style === 'raw' && !writing.isDirect) return false;
  return splices.some((each) => isWhole(each) || (collection.copies.size > 0 && isWord(each)));
}

function isWord({ before, after }: Splice): boolean {
  return !/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(after);
}

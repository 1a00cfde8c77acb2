import type { Via } from '../model/provenance.ts';
import { splitImage } from '../render/deriveArgo.ts';
import { contentOffsets } from '../yaml/locateEmbedded.ts';
import { pieceOf } from './collection.ts';
import type { Collection } from './collection.ts';
import type { Writing } from './writing.ts';

/** A reference to a variable in a string: Flux's `${name}`, `${name:=default}`, `${name#cut}`, kustomize's `$(name)`; offsets in the string. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Offsets of the default's text. */
  readonly fallback?: { readonly start: number; readonly end: number } | undefined;
}

/** The references to Flux variables in a text; nested defaults count as text of the outer one. */
export function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(/(?<!\$)\$\{([A-Za-z_]\w*)((?::?[-=])?)([^}]*)\}/g)].map((match) => {
    const [whole, name = '', operator = '', rest = ''] = match;
    const end = match.index + whole.length;
    const fallback = operator === '' ? undefined : { start: end - 1 - rest.length, end: end - 1 };
    return { name, start: match.index, end, fallback };
  });
}

/** The references to kustomize's `vars` in a text. */
export function varsIn(text: string): readonly Reference[] {
  return [...text.matchAll(/(?<!\$)\$\(([\w.-]+)\)/g)].map(([whole, name = ''], index, all) => {
    const start = all[index]?.index ?? 0;
    return { name, start, end: start + whole.length };
  });
}

/** A scalar that is joined with something else. */
export type Joined = Pick<Writing, 'place' | 'value' | 'style' | 'isFlow' | 'outerStyle' | 'mayWrite'>;

/** Adds the words between the references of a string, and the defaults in them: each may be what differs in the joined value. */
export async function addPieces(
  into: Collection,
  user: Joined,
  references: readonly Reference[],
  via: Via,
  key?: string,
): Promise<void> {
  const text = String(user.value);
  const literals = [0, ...references.map((each) => each.end)].map((start, index) => ({
    start,
    end: references[index]?.start ?? text.length,
  }));
  const words = literals.flatMap(({ start, end }) => wordsIn(text, start, end));
  await addStretches(into, user, [...words, ...references.flatMap((each) => each.fallback ?? [])], {
    via,
    key,
    isDirect: false,
  });
}

/** Notes where a scalar takes variables in: the whole scalar where that is all it holds. */
export async function addExpressions(into: Collection, user: Joined, references: readonly Reference[]): Promise<void> {
  const text = String(user.value);
  const located = await into.read(user.place.file, 'kustomize');
  for (const { name, start, end } of references) {
    const isAll = start === 0 && end === text.length;
    const offsets = isAll ? undefined : contentOffsets(user, text);
    const [from, to] = [offsets?.[start], offsets?.[end]];
    const isKnown = located !== undefined && from !== undefined && to !== undefined;
    const place = isKnown ? pieceOf(located, from, to).place : user.place;
    into.expressions.push({ place, name, mayWrite: user.mayWrite });
  }
}

/** Adds repository, tag and digest of an image: another name may be given by an overlay while the tag stays the base's. */
export async function addImagePieces(into: Collection, user: Writing): Promise<void> {
  const text = String(user.value);
  const { repository, tag, digest } = splitImage(text);
  const stretches = [repository, tag, digest].flatMap((piece) => {
    const start = piece === undefined || piece === '' ? -1 : text.lastIndexOf(piece);
    return piece === undefined || start < 0 ? [] : [{ start, end: start + piece.length }];
  });
  if (stretches.length > 1)
    await addStretches(into, user, stretches, {
      via: user.via,
      isDirect: false,
      items: user.items,
      wholeOrder: user.order,
    });
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

async function addStretches(
  into: Collection,
  user: Joined,
  stretches: readonly Stretch[],
  rest: Pick<Writing, 'via' | 'key' | 'isDirect' | 'items' | 'wholeOrder'>,
): Promise<void> {
  const located = await into.read(user.place.file, 'kustomize');
  const outer = { ...user, document: 0, path: [] };
  const offsets = located && contentOffsets(user, String(user.value));
  if (located === undefined || offsets === undefined) return;
  for (const { start, end } of stretches) {
    const [from, to] = [offsets[start], offsets[end]];
    if (from === undefined || to === undefined || from >= to) continue;
    into.add(pieceOf(located, from, to, outer), { ...rest, mayWrite: user.mayWrite });
  }
}

/** Words with their inner dots and dashes; signs at the edges belong to the joint, not to the word. */
function wordsIn(text: string, start: number, end: number): readonly Stretch[] {
  return [...text.slice(start, end).matchAll(/[\p{L}\p{N}](?:[\w.\-\p{L}]*[\p{L}\p{N}])?/gu)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));
}

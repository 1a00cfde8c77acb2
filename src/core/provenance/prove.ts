import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject } from '../model/resource.ts';
import { findField, hasSameSteps } from './exchange.ts';
import type { Exchanger, RenderedField } from './exchange.ts';
import { hasFewValues, nearProbe, probeFor } from './probe.ts';
import type { Probe } from './probe.ts';
import { spliced } from './splice.ts';
import type { Splice } from './splice.ts';
import type { Field, Writing } from './writing.ts';

/** A scalar that is visible in the field's value, and in which ways. */
export interface Proposal {
  readonly writing: Writing;
  readonly splices: readonly Splice[];
}

/** A scalar whose exchange exchanged exactly its text in the field. */
export interface Proof {
  readonly writing: Writing;
  readonly splice: Splice;
}

/** The field that is asked about, as it renders now. */
export interface Question {
  readonly field: Field;
  readonly before: Rendering;
  readonly object: KubeObject;
  readonly exchanger: Exchanger;
  readonly value: Json;
}

/** Tries candidates in their order until one is proven that is enough; pieces proven on the way are returned too. */
export async function proveOneByOne(
  question: Question,
  proposals: readonly Proposal[],
  isEnough: (proof: Proof) => boolean,
  earlier: readonly Proof[] = [],
): Promise<readonly Proof[]> {
  const proofs: Proof[] = [...earlier];
  for (const proposal of proposals) {
    if (question.exchanger.isSpent) break;
    const open = {
      ...proposal,
      splices: proposal.splices.filter((each) => !proofs.some((proof) => overlaps(proof, each, question.value))),
    };
    const proof = open.splices.length === 0 ? undefined : await prove(question, open);
    if (proof === undefined) continue;
    proofs.push(proof);
    if (isWhole(proof.splice) || isEnough(proof)) break;
  }
  return proofs;
}

/** Finds the few that matter among many: groups are exchanged at once with distinct values, and what shows is proven alone. */
export async function proveAny(
  question: Question,
  proposals: readonly Proposal[],
  isEnough: (proof: Proof) => boolean,
  earlier: readonly Proof[],
): Promise<readonly Proof[]> {
  const alone = proposals.filter(({ writing }) => hasFewValues(writing));
  const distinct = proposals.filter(({ writing }) => !hasFewValues(writing));
  const wholes = distinct.filter((each) => each.splices.some(isWhole));
  const pieces = distinct.filter((each) => !wholes.includes(each));
  for (const group of [wholes, pieces]) {
    const shown = await showing(question, group.slice(0, mostAtOnce));
    const proofs = await proveOneByOne(question, shown, isEnough, earlier);
    if (proofs.length > earlier.length) return proofs;
  }
  return proveOneByOne(question, alone, isEnough, earlier);
}

const mostAtOnce = 200;

/** The candidates whose values show in the field when all are exchanged; a group in which one spoils it for all is halved. */
async function showing(question: Question, group: readonly Proposal[]): Promise<readonly Proposal[]> {
  if (group.length <= 1 || question.exchanger.isSpent) return group;
  const probes = group.map(({ writing }, index) => probeFor(writing, index));
  const writings = group.map((each) => each.writing);
  const field = await exchange(question, writings, probes);
  if (field?.value === question.value) return [];
  const text = JSON.stringify(field?.value ?? null);
  const found = group.filter((each, index) =>
    each.splices.some((splice) => text.includes(shownIn(splice, probes[index]))),
  );
  if (found.length > 0) return found;
  const middle = Math.ceil(group.length / 2);
  return [...(await showing(question, group.slice(0, middle))), ...(await showing(question, group.slice(middle)))];
}

/**
 * The scalars on which a field hangs without showing them: exchanged together and then in halves, until each that still
 * moves the field stands alone.
 */
export async function findFeeding(question: Question, group: readonly Writing[]): Promise<readonly Writing[]> {
  if (group.length === 0 || question.exchanger.isSpent) return [];
  const probes = group.map((writing, index) => probeFor(writing, index));
  const field = await exchange(question, group, probes);
  const isMoved = field?.value !== question.value;
  if (!isMoved) return [];
  if (group.length === 1) return field === undefined ? [] : group;
  const middle = Math.ceil(group.length / 2);
  const first = await findFeeding(question, group.slice(0, middle));
  return [...first, ...(await findFeeding(question, group.slice(middle)))];
}

/** The switches without which the field would not be there: turned together, then in halves, until each stands alone. */
export async function findSwitches(question: Question, group: readonly Writing[]): Promise<readonly Writing[]> {
  const { exchanger, before, field } = question;
  if (group.length === 0 || exchanger.isSpent) return [];
  const after = await exchanger.renderWith(
    group.map((writing) => ({ place: writing.place, newText: probeFor(writing, 0).text })),
  );
  const isThere = after !== undefined && findField(before, after, field)?.value !== undefined;
  if (isThere) return [];
  if (group.length === 1) return after === undefined ? [] : group;
  const middle = Math.ceil(group.length / 2);
  const first = await findSwitches(question, group.slice(0, middle));
  return [...first, ...(await findSwitches(question, group.slice(middle)))];
}

/** Those of some scalars that leave the field alone; asked together first, for mostly all do. */
export async function leavingAlone(question: Question, group: readonly Writing[]): Promise<readonly Writing[]> {
  if (group.length === 0 || question.exchanger.isSpent) return [];
  const probes = group.map((writing, index) => probeFor(writing, index));
  const field = await exchange(question, group, probes);
  if (field?.value === question.value) return group;
  if (group.length === 1) return [];
  const middle = Math.ceil(group.length / 2);
  const first = await leavingAlone(question, group.slice(0, middle));
  return [...first, ...(await leavingAlone(question, group.slice(middle)))];
}

function shownIn(splice: Splice, probe: Probe | undefined): string {
  return spliced({ ...splice, before: '', after: '' }, probe?.shown ?? '');
}

/** Exchanges one scalar; a proof when the field then has exactly the other text, and its path still leads to the same item. */
async function prove(question: Question, { writing, splices }: Proposal): Promise<Proof | undefined> {
  const usual = probeFor(writing, writing.order % 97);
  const near = nearProbe(writing);
  let probe = usual;
  let after = await exchange(question, [writing], [usual]);
  if (after === undefined && near !== undefined) {
    probe = near;
    after = await exchange(question, [writing], [near]);
  }
  if (after === undefined || isList(after.value) || isObject(after.value) || after.value === undefined)
    return undefined;
  const text = String(after.value);
  const splice = splices.find((each) => spliced(each, probe.shown) === text);
  // Changing a matcher moves fields too, but then the path leads to another item.
  return splice && hasSameSteps(question.object, after.object, question.field.tokens) ? { writing, splice } : undefined;
}

async function exchange(
  { exchanger, before, field }: Question,
  writings: readonly Writing[],
  probes: readonly Probe[],
): Promise<RenderedField | undefined> {
  const edits = writings.map(({ place }, index) => ({ place, newText: probes[index]?.text ?? '' }));
  const after = await exchanger.renderWith(edits);
  return after && findField(before, after, field);
}

/** The scalar is the whole value. */
export function isWhole(splice: Splice): boolean {
  return splice.before === '' && splice.after === '';
}

/** Whether a stretch of the value is taken by a piece that was proven already. */
function overlaps({ splice: taken }: Proof, splice: Splice, value: Json): boolean {
  const length = typeof value === 'string' ? value.length : 0;
  return taken.before.length < length - splice.after.length && splice.before.length < length - taken.after.length;
}

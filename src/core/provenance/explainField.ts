import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import { splitMounted } from '../model/remoteNeed.ts';
import type { Provenance, RoledPlace } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import { describeKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import type { ClusterView } from '../render/clusterView.ts';
import { renderApp } from '../render/renderApp.ts';
import { collectWritings } from './collectWritings.ts';
import type { Collection } from './collection.ts';
import { Exchanger, valueAtTokens } from './exchange.ts';
import { explainAbsence } from './explainAbsence.ts';
import { helmRoles } from './helmRoles.ts';
import { kindInTemplate } from './helmWritings.ts';
import { explainSwitch, switchesOf } from './explainSwitch.ts';
import { hangsOnLookup } from './lookupDoubt.ts';
import {
  aliasesTo,
  firstCandidates,
  namedBy,
  overriddenBy,
  selectorsOf,
  takenIn,
  valueTaking,
  viaOf,
} from './roles.ts';
import { openReason } from './openReason.ts';
import { findFeeding, findSwitches, isWhole, leavingAlone, proveAny, proveOneByOne } from './prove.ts';
import type { Proof, Proposal, Question } from './prove.ts';
import { pieceFor, splicesOf, touchesPiece } from './splice.ts';
import type { Splice } from './splice.ts';
import { fieldOf } from './writing.ts';
import type { Writing } from './writing.ts';

/** Which field is asked for. */
export interface FieldQuestion {
  /** As rendered at the explainer's tree. */
  readonly key: ResourceKey;
  readonly path: JsonPointer;
  /** The value that somebody wants there (the live one); of a joined value it tells which piece is meant. */
  readonly toward?: Json | undefined;
  /** Look for every part of a joined value and, where nothing decides it, for what feeds it; costs more renderings. */
  readonly isComplete?: boolean | undefined;
  /** Most renderings to spend; each costs what one rendering of the app costs. */
  readonly limit?: number | undefined;
}

/** An app at a tree. */
export interface ExplainSubject {
  readonly app: App;
  readonly tree: FileTree;
  readonly engine: RenderEngine;
  /** The app as it renders at this tree, where that is known already. */
  readonly rendering?: Rendering | undefined;
  /** What that rendering could ask; the same answers are given to every exchange. */
  readonly cluster?: ClusterView | undefined;
}

const defaultLimit = 24;

/** Explains one field; for several fields of one app use an `AppExplainer`, which reads the app's files once. */
export async function explainField(request: ExplainSubject & FieldQuestion, signal: AbortSignal): Promise<Provenance> {
  return new AppExplainer(request).explain(request, signal);
}

/**
 * Finds the scalars that decide rendered fields: structure proposes candidates, and one is accepted only when exchanging
 * its text in memory exchanges exactly that text in the rendered field (design section 2). Never a guess.
 */
export class AppExplainer {
  readonly #subject: ExplainSubject;
  #before: Rendering | undefined;
  #collection: Collection | undefined;

  constructor(subject: ExplainSubject) {
    this.#subject = subject;
    this.#before = subject.rendering;
  }

  #render(signal: AbortSignal): Promise<Rendering> {
    const { app, tree, engine, cluster } = this.#subject;
    return renderApp(app, tree, engine, signal, { cluster });
  }

  async explain(asked: FieldQuestion, signal: AbortSignal): Promise<Provenance> {
    const { key, path, toward, isComplete = false, limit = defaultLimit } = asked;
    const { app, tree } = this.#subject;
    const before = (this.#before ??= await this.#render(signal));
    const object = before.objects.find((each) => each.key === key)?.object;
    const field = fieldOf(key, path);
    // A value that is only replaced, never changed: two calls at once would read the same twice.
    const collection = (this.#collection ??= await collectWritings(app, tree, signal));
    const exchanger = new Exchanger(this.#subject, before, limit, signal);
    const isChart = collection.copies.has('template');
    if (object === undefined) {
      const why = unknown(notRendered(before, key));
      return isChart ? ((await explainSwitch(field, exchanger, collection)) ?? why) : why;
    }
    const value = valueAtTokens(object, field.tokens);
    const question: Question = { field, before, object, exchanger, value: value ?? null };
    if (value === undefined) {
      const absence = await explainAbsence(question, collection);
      if (absence.kind === 'proven' || !isChart) return absence;
      return (await explainSwitch(field, exchanger, collection)) ?? absence;
    }
    if (isList(value) || isObject(value)) {
      const why = 'The field is a map or a list; each of its values has a place of its own.';
      return unknown(why, firstCandidates(collection.writings, field, value));
    }
    const proofs = await search(question, collection, isComplete ? undefined : { toward });
    const answer = await conclude(question, proofs, collection, asked, app);
    if (!isComplete) return answer;
    if (answer.kind === 'proven') return isChart ? withSwitches(answer, question, collection) : answer;
    const feeding = await findFeeding(question, collection.writings.filter(isValue));
    const inputs = feeding.map(({ place }) => ({ place, role: 'input' }) as const);
    const others = answer.also.filter(({ place }) => !inputs.some((each) => each.place.start === place.start));
    return { ...answer, also: [...inputs, ...others] };
  }

  /**
   * Where an object is declared: the scalar of its name in its own manifest or generator. For showing the object as a whole
   * (it is missing in the cluster); no claim that this scalar alone decides the rendered name.
   */
  async locateObject(key: ResourceKey, signal: AbortSignal): Promise<Place | undefined> {
    const { app, tree } = this.#subject;
    this.#before ??= await this.#render(signal);
    this.#collection ??= await collectWritings(app, tree, signal);
    const origin = this.#before.objects.find((each) => each.key === key)?.origin;
    const field = fieldOf(key, '/metadata/name');
    const named = this.#collection.writings.filter((each) => each.declares === true && each.mayWrite(field));
    const isOrigin = (each: Writing): boolean => [origin?.path, origin?.configuredIn].includes(each.place.file);
    const place =
      (origin === undefined ? named[0] : named.find(isOrigin))?.place ??
      kindInTemplate(this.#collection, origin?.path, field);
    return place === undefined || splitMounted(place.file) !== undefined ? undefined : place;
  }
}

/** Names the switches of a chart's values without which the field would not be there. */
async function withSwitches(
  answer: Extract<Provenance, { kind: 'proven' }>,
  question: Question,
  { writings }: Collection,
): Promise<Provenance> {
  const deciding = await findSwitches(question, switchesOf(writings));
  const also = deciding
    .filter(({ place }) => place.start !== answer.place.start || place.file !== answer.place.file)
    .map(({ place }) => ({ place, role: 'decides-existence' }) as const);
  return { ...answer, also: [...answer.also, ...also.filter(({ place }) => splitMounted(place.file) === undefined)] };
}

/** A scalar that stands for a value, not for a name of one. */
function isValue({ isKey, valuesPath, isDirect }: Writing): boolean {
  return isKey !== true && (valuesPath !== undefined || isDirect);
}

function unknown(why: string, also: readonly RoledPlace[] = []): Provenance {
  return { kind: 'unknown', why, also: also.filter(({ place }) => splitMounted(place.file) === undefined) };
}

function notRendered(rendering: Rendering, key: ResourceKey): string {
  const error = rendering.problems.find((each) => each.severity === 'error');
  return error === undefined ? `The app renders no ${describeKey(key)}.` : `The app does not render: ${error.message}`;
}

/** The later writing wins, so candidates are tried from the last to the first; then values that travel between objects. */
async function search(
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
  // Without an aim all parts are looked for.
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

/** The suffix of generated names (kustomize `hasher`: ten letters and digits that cannot be mistaken for each other). */
const contentHash = /^-[2456789bcdfghkmt]{10}$/;

async function conclude(
  question: Question,
  proofs: readonly Proof[],
  collection: Collection,
  { toward, isComplete = false }: FieldQuestion,
  app: App,
): Promise<Provenance> {
  const { field, value, exchanger } = question;
  const chosen =
    proofs.find((each) => toward === undefined || pieceFor(each.splice, toward) !== undefined) ?? proofs[0];
  if (chosen === undefined) {
    const why = exchanger.isSpent
      ? 'No place could be proven within the bound of renderings.'
      : (openReason(question) ??
        'No scalar of the repository could be shown to decide it: the value may be computed, generated or joined.');
    return unknown(why, firstCandidates(collection.writings, field, value));
  }
  const fetched = splitMounted(chosen.writing.place.file);
  if (fetched !== undefined) {
    return unknown(`It is written in ${fetched.rest} of what was fetched from elsewhere, not in this repository.`);
  }
  if (contentHash.test(chosen.splice.after)) {
    return unknown('The name is joined with a hash of the generated content, which stands nowhere.', [
      { place: chosen.writing.place, role: 'input' },
    ]);
  }
  if (toward !== undefined && !touchesPiece(chosen.splice, value, toward)) {
    return unknown(
      'The value is joined from pieces, and the piece that differs could not be shown to be a scalar of its own.',
      [{ place: chosen.writing.place, role: 'part' }],
    );
  }
  const open = openReason(question);
  if (open !== undefined) return unknown(open, [{ place: chosen.writing.place, role: 'candidate' }]);
  // Argo CD renders without a cluster, so that the answer is always empty there.
  if (app.kind !== 'argo-application' && (await hangsOnLookup(question, collection))) {
    return unknown(
      'A template asks the cluster for this value (lookup); the repository decides it only where that finds nothing.',
      [{ place: chosen.writing.place, role: 'candidate' }],
    );
  }
  const unseen = await changesWithTheUnseen(app, question);
  if (unseen) {
    return unknown('A ConfigMap or Secret that is not in the repository may set this variable in the cluster.', [
      { place: chosen.writing.place, role: 'candidate' },
    ]);
  }
  const overridden = overriddenBy(chosen.writing, field, question.object, collection);
  // Behind a position in a list, or a transformer that looks at what it changes, only an exchange tells who loses.
  const isInList = field.tokens.some((token) => /^\d+$/.test(token));
  const losing = isComplete ? await leavingAlone(question, overridden) : isInList ? [] : overridden;
  const isSealed = await collection.isSealed(chosen.writing.place.file);
  return proven({ ...chosen, isSealed }, proofs, losing, question, collection);
}

function proven(
  chosen: Proof & { readonly isSealed: boolean },
  proofs: readonly Proof[],
  losing: readonly Writing[],
  { before, field, value }: Question,
  collection: Collection,
): Provenance {
  const { writing, splice } = chosen;
  const origin = before.objects.find((each) => each.key === field.key)?.origin?.path;
  const parts = proofs
    .filter((each) => each.writing !== chosen.writing)
    .map(({ writing: { place } }) => ({ place, role: 'part' }) as const);
  return {
    kind: 'proven',
    place: writing.place,
    via: viaOf(writing, field, value, collection),
    encoding: splice.encoding,
    also: [
      ...parts,
      ...losing.map(({ place }) => ({ place, role: 'overridden-base' }) as const),
      ...helmRoles(valueTaking(writing, collection), collection, origin),
      ...takenIn(writing, field, collection),
      ...aliasesTo(writing, field, collection),
      ...selectorsOf(writing),
      ...namedBy(writing, collection),
    ].filter(({ place }) => splitMounted(place.file) === undefined),
    writing: {
      before: splice.before,
      after: splice.after,
      isEscaped: splice.isEscaped,
      isConverted: typeof value === 'string' && ['number', 'boolean'].includes(typeof writing.value),
      value: writing.value,
      style: writing.style,
      isFlow: writing.isFlow,
      ...(chosen.isSealed && { isSealed: true }),
      outerStyle: writing.outerStyle,
    },
  };
}

/** Whether the field would differ if the ConfigMaps and Secrets outside the repository set every variable they may set. */
async function changesWithTheUnseen(app: App, { field, exchanger, value }: Question): Promise<boolean> {
  const postBuild = isObject(app.declared?.object.spec) ? app.declared.object.spec.postBuild : undefined;
  if (app.kind !== 'flux-kustomization' || !isObject(postBuild) || !isList(postBuild.substituteFrom)) return false;
  const rendering = await exchanger.render({ unseenVariables: 'plumbunseen' });
  const object = rendering.objects.find((each) => each.key === field.key)?.object;
  return object === undefined || valueAtTokens(object, field.tokens) !== value;
}

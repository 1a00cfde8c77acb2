import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { isSamePlace } from '../model/place.ts';
import type { Place } from '../model/place.ts';
import { splitMounted } from '../model/remoteNeed.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import { describeKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import type { ClusterView } from '../render/clusterView.ts';
import { renderApp } from '../render/renderApp.ts';
import { collectWritings } from './collectWritings.ts';
import type { Collection } from './collection.ts';
import { conclude, unknown } from './conclude.ts';
import { Exchanger, valueAtTokens } from './exchange.ts';
import { explainAbsence } from './explainAbsence.ts';
import { kindInTemplate } from './helmWritings.ts';
import { explainSwitch, switchesOf } from './explainSwitch.ts';
import { firstCandidates } from './roles.ts';
import { findFeeding, findSwitches } from './prove.ts';
import type { Question } from './prove.ts';
import { searchScalars } from './searchScalars.ts';
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
    const proofs = await searchScalars(question, collection, isComplete ? undefined : { toward });
    const answer = await conclude(question, proofs, collection, asked, app);
    if (!isComplete) return answer;
    if (answer.kind === 'unknown') return withInputs(answer, question, collection);
    return isChart ? withSwitches(answer, question, collection) : answer;
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

/** Names what feeds a field that nothing decides by its text. */
async function withInputs(
  answer: Extract<Provenance, { kind: 'unknown' }>,
  question: Question,
  { writings }: Collection,
): Promise<Provenance> {
  const feeding = await findFeeding(question, writings.filter(isValue));
  const inputs = feeding.map(({ place }) => ({ place, role: 'input' }) as const);
  const others = answer.also.filter(({ place }) => !inputs.some((each) => isSamePlace(each.place, place)));
  return { ...answer, also: [...inputs, ...others] };
}

/** Names the switches of a chart's values without which the field would not be there. */
async function withSwitches(
  answer: Extract<Provenance, { kind: 'proven' }>,
  question: Question,
  { writings }: Collection,
): Promise<Provenance> {
  const deciding = await findSwitches(question, switchesOf(writings));
  const also = deciding
    .filter(({ place }) => !isSamePlace(place, answer.place))
    .map(({ place }) => ({ place, role: 'decides-existence' }) as const);
  return { ...answer, also: [...answer.also, ...also.filter(({ place }) => splitMounted(place.file) === undefined)] };
}

/** A scalar that stands for a value, not for a name of one. */
function isValue({ isKey, valuesPath, isDirect }: Writing): boolean {
  return isKey !== true && (valuesPath !== undefined || isDirect);
}

function notRendered(rendering: Rendering, key: ResourceKey): string {
  const error = rendering.problems.find((each) => each.severity === 'error');
  return error === undefined ? `The app renders no ${describeKey(key)}.` : `The app does not render: ${error.message}`;
}

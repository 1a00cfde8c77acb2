import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { JsonPointer, Origin } from '../model/difference.ts';
import type { App, AppId } from '../model/app.ts';
import type { Place } from '../model/place.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { pointerOf, pointerParts } from '../model/words.ts';
import { isAbort, messageOf } from '../model/userError.ts';
import type { FileTree, Log, RenderEngine } from '../ports.ts';
import type { ClusterOf } from '../render/clusterView.ts';
import { AppExplainer } from '../provenance/explainField.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import { isPlaced, questionOf } from './placeQuestion.ts';
import type { PlaceQuestion } from './placeQuestion.ts';
import type { AppState } from './state.ts';

/** Finds the places behind drift, one proof at a time, and keeps every answer as long as the rendering it was proven on. */
export class ProvenanceFinder {
  readonly #engine: RenderEngine;
  readonly #log: Log;
  readonly #clusterOf: ClusterOf;
  readonly #answers = new WeakMap<Rendering, Map<string, Provenance>>();
  readonly #last = new Map<AppId, Map<string, Provenance>>();
  readonly #explainers = new WeakMap<Rendering, { readonly tree: FileTree; readonly explainer: AppExplainer }>();

  readonly #placesPending: boolean;

  /** `placesPending` looks for the lines of what is not committed, pushed or synced too. */
  constructor(engine: RenderEngine, log: Log, clusterOf: ClusterOf, placesPending: boolean) {
    this.#clusterOf = clusterOf;
    this.#engine = engine;
    this.#log = log;
    this.#placesPending = placesPending;
  }

  /**
   * The answer for a field of the buffers' rendering. While a new rendering waits for its proof the last answer stands:
   * a squiggle that went away at each keystroke and came back would be worse, and the host shows a place only where its
   * text still stands.
   */
  known(app: AppPicture, question: PlaceQuestion): Provenance | undefined {
    return this.answer(app, question) ?? this.#last.get(app.app.id)?.get(answerKey(question));
  }

  /** Whether some difference still waits for its proof. */
  hasWork(apps: readonly AppState[], picture: GitPicture): boolean {
    return apps.some((state) => this.#waiting(state, picture).length > 0);
  }

  /** Looks for every place that is waited for; tells whether any answer is new. */
  async findAll(apps: readonly AppState[], picture: GitPicture, signal: AbortSignal): Promise<boolean> {
    let hasFound = false;
    for (const state of apps) {
      for (const { own, question } of this.#waiting(state, picture)) {
        await this.find(own, picture.buffersTree, question, signal);
        hasFound = true;
      }
    }
    return hasFound;
  }

  #waiting({ app, differences }: AppState, picture: GitPicture): readonly Waiting[] {
    const own = picture.apps.find((each) => each.app.id === app.id);
    if (own?.sides.buffers === undefined) return [];
    const placed = differences.filter((difference) => isPlaced(difference, this.#placesPending));
    return placed.flatMap((difference) => {
      const question = questionOf(difference);
      return question === undefined || this.answer(own, question) !== undefined ? [] : [{ own, question }];
    });
  }

  /** The answer that was found for this very rendering. */
  answer(app: AppPicture, question: PlaceQuestion): Provenance | undefined {
    const rendering = app.sides.buffers;
    return rendering && this.#answers.get(rendering)?.get(answerKey(question));
  }

  /** The place of one field, proven now or remembered. Trouble of the engine is an answer too: the line stays unknown. */
  async find(app: AppPicture, tree: FileTree, question: PlaceQuestion, signal: AbortSignal): Promise<Provenance> {
    const rendering = app.sides.buffers;
    if (rendering === undefined) return unknown('The app does not render.');
    const answers = this.#answers.get(rendering) ?? new Map<string, Provenance>();
    this.#answers.set(rendering, answers);
    const key = answerKey(question);
    const before = answers.get(key);
    if (before !== undefined) return before;
    const answer = await this.#prove(app, rendering, tree, question, signal);
    answers.set(key, answer);
    const last = this.#last.get(app.app.id) ?? new Map<string, Provenance>();
    this.#last.set(app.app.id, last.set(key, answer));
    return answer;
  }

  async #prove(
    { app, sides }: AppPicture,
    rendering: Rendering,
    tree: FileTree,
    { object: key, origin, path, toward, isOfObject = false, isComplete }: PlaceQuestion,
    signal: AbortSignal,
  ): Promise<Provenance> {
    const now = objectOf(rendering, key);
    if (now === undefined) return unknown('The edited files no longer render this object.');
    const side = sideOf(origin, sides);
    const then = side && objectOf(side, key);
    const here = then === undefined ? path : translatePath(then, now, path);
    const explainer = this.#explainerOf(app, rendering, tree);
    try {
      if (isOfObject) return placeOfObject(await explainer.locateObject(key, signal));
      return await explainer.explain({ key, path: leafPath(now, here), toward, isComplete }, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      this.#log.warn(`No place for ${key} ${path}: ${messageOf(error)}`);
      return unknown(messageOf(error));
    }
  }

  /** One for all fields of a rendering: it reads the app's files once. Another tree may have other text at its places. */
  #explainerOf(app: App, rendering: Rendering, tree: FileTree): AppExplainer {
    const kept = this.#explainers.get(rendering);
    if (kept?.tree === tree) return kept.explainer;
    const explainer = new AppExplainer({ app, tree, engine: this.#engine, rendering, cluster: this.#clusterOf(app) });
    this.#explainers.set(rendering, { tree, explainer });
    return explainer;
  }
}

interface Waiting {
  readonly own: AppPicture;
  readonly question: PlaceQuestion;
}

/** The scalar that stands for an object nobody can see a field of. */
function placeOfObject(place: Place | undefined): Provenance {
  if (place === undefined) return unknown('No manifest names this object as it renders.');
  return { kind: 'proven', place, via: 'resource', also: [] };
}

/** The rendering that a step's paths lead into. */
function sideOf(origin: Origin, sides: AppPicture['sides']): Rendering | undefined {
  switch (origin) {
    case 'uncommitted':
      return sides.buffers;
    case 'unpushed':
      return sides.head;
    case 'unsynced':
      return sides.upstream ?? sides.head;
    case 'drift':
      return sides.applied;
  }
}

function answerKey({ object, origin, path, toward, isOfObject = false, isComplete = false }: PlaceQuestion): string {
  return `${origin} ${object} ${isOfObject ? '' : path} ${JSON.stringify(toward ?? null)} ${String(isComplete)}`;
}

function objectOf(rendering: Rendering, key: ResourceKey): KubeObject | undefined {
  return rendering.objects.find((each) => each.key === key)?.object;
}

function unknown(why: string): Provenance {
  return { kind: 'unknown', why, also: [] };
}

/** Keys by which items of Kubernetes lists are told apart, the usual one first. */
const itemKeys = ['name', 'key', 'containerPort', 'port', 'mountPath', 'ip'] as const;

/** A path into one version of an object as a path into another: list items that carry a key are found by it. */
function translatePath(from: Json, to: Json, path: JsonPointer): JsonPointer {
  const out: (string | number)[] = [];
  let [a, b]: readonly (Json | undefined)[] = [from, to];
  for (const part of pointerParts(path)) {
    const step = isList(a) && isList(b) ? indexOfTwin(a[Number(part)], b, Number(part)) : part;
    out.push(step);
    a = childOf(a, part);
    b = childOf(b, String(step));
  }
  return pointerOf(out);
}

function indexOfTwin(item: Json | undefined, list: readonly Json[], otherwise: number): number {
  if (!isObject(item)) return otherwise;
  const key = itemKeys.find((each) => item[each] !== undefined);
  if (key === undefined) return otherwise;
  const index = list.findIndex((each) => isObject(each) && each[key] === item[key]);
  return index < 0 ? otherwise : index;
}

/** The first scalar at or below a path: where a difference of a whole map or list is shown. */
function leafPath(object: Json, path: JsonPointer): JsonPointer {
  const parts: (string | number)[] = [...pointerParts(path)];
  let at = parts.reduce<Json | undefined>((value, part) => childOf(value, String(part)), object);
  for (;;) {
    const next = isList(at) ? 0 : isObject(at) ? Object.keys(at)[0] : undefined;
    const child = next === undefined ? undefined : childOf(at, String(next));
    if (next === undefined || child === undefined) return pointerOf(parts);
    parts.push(next);
    at = child;
  }
}

function childOf(value: Json | undefined, part: string): Json | undefined {
  if (isList(value)) return value[Number(part)];
  return isObject(value) ? value[part] : undefined;
}

import type { App } from '../model/app.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { RenderedObject, Rendering, RenderProblem } from '../model/rendering.ts';
import { idOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import type { ClusterView } from '../render/clusterView.ts';
import { OverlayTree } from '../render/overlayTree.ts';
import { renderApp } from '../render/renderApp.ts';
import type { RenderAssumptions } from '../render/renderApp.ts';
import { rereadApp } from './rereadApp.ts';
import type { Field } from './writing.ts';

/** One stretch of text to put something else for. */
export interface TextEdit {
  readonly place: Place;
  readonly newText: string;
}

/** The rendered field before or after an exchange. */
export interface RenderedField {
  readonly object: KubeObject;
  /** `undefined` when the object has no such field. */
  readonly value: Json | undefined;
}

/** An app at a tree, with what renders it and the cluster that it may ask. */
export interface ExchangeSubject {
  readonly app: App;
  readonly tree: FileTree;
  readonly engine: RenderEngine;
  readonly cluster?: ClusterView | undefined;
}

/** A bounded number of renderings of one app, each with some texts exchanged in memory. */
export class Exchanger {
  readonly #app: App;
  readonly #tree: FileTree;
  readonly #engine: RenderEngine;
  /** That of the question it exchanges for. */
  readonly signal: AbortSignal;
  readonly #known: ReadonlySet<string>;
  readonly #cluster: ClusterView | undefined;
  #left: number;

  /** `before` is the app as it renders now: its errors are not held against an exchange. */
  constructor({ app, tree, engine, cluster }: ExchangeSubject, before: Rendering, limit: number, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#known = new Set(before.problems.map((each) => each.message));
    this.#app = app;
    this.#tree = tree;
    // Only the objects are looked at afterwards.
    this.#engine = {
      kustomize: (request, at, asker) => engine.kustomize({ ...request, withoutEvidence: true }, at, asker),
      helm: (request, at, asker) => engine.helm({ ...request, once: true }, at, asker),
      applicationSet: (request, at, asker) => engine.applicationSet(request, at, asker),
    };
    this.#left = limit;
    this.signal = signal;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** The app as it is. */
  render(assumptions: RenderAssumptions = {}): Promise<Rendering> {
    return renderApp(this.#app, this.#tree, this.#engine, this.signal, { cluster: this.#cluster, ...assumptions });
  }

  /** The app after an exchange; `undefined` when it does not build then. Counts against the bound. */
  async renderWith(edits: readonly TextEdit[]): Promise<Rendering | undefined> {
    this.#left -= 1;
    this.signal.throwIfAborted();
    const texts = await applyEdits(this.#tree, edits, this.signal);
    if (texts === undefined) return undefined;
    const tree = new OverlayTree(this.#tree, texts, 'exchange');
    const app = await rereadApp(this.#app, texts, { tree, engine: this.#engine }, this.signal);
    if (app === undefined) return undefined;
    const rendering = await renderApp(app, tree, this.#engine, this.signal, { cluster: this.#cluster });
    const isNew = (each: RenderProblem): boolean => each.severity === 'error' && !this.#known.has(each.message);
    return rendering.problems.some(isNew) ? undefined : rendering;
  }
}

/** The texts of the edited files; `undefined` when edits of one file overlap. */
export async function applyEdits(
  tree: FileTree,
  edits: readonly TextEdit[],
  signal: AbortSignal,
): Promise<ReadonlyMap<RepoPath, string> | undefined> {
  const texts = new Map<RepoPath, string>();
  for (const file of new Set(edits.map((each) => each.place.file))) {
    const content = await tree.read(file, signal);
    const inFile = edits.filter((each) => each.place.file === file).sort((a, b) => b.place.start - a.place.start);
    let text = new TextDecoder().decode(content ?? new Uint8Array());
    let end = text.length;
    for (const { place, newText } of inFile) {
      if (place.end > end) return undefined;
      text = text.slice(0, place.start) + newText + text.slice(place.end);
      end = place.start;
    }
    texts.set(file, text);
  }
  return texts;
}

/** Finds a field in a rendering of the exchanged tree; the object may have another name or namespace there. */
export function findField(before: Rendering, after: Rendering, field: Field): RenderedField | undefined {
  const counterpart = counterpartOf(before, after, field);
  return counterpart && { object: counterpart.object, value: valueAtTokens(counterpart.object, field.tokens) };
}

/** The object of the exchanged tree that a field's object became; it may have another name or namespace there. */
export function counterpartOf(before: Rendering, after: Rendering, field: Field): RenderedObject | undefined {
  const same = after.objects.find((each) => each.key === field.key);
  if (same !== undefined) return same;
  const isOfKind = (each: RenderedObject): boolean => {
    const { kind, group } = idOf(each.object);
    return kind === field.id.kind && group === field.id.group;
  };
  // Objects keep their order: the n-th that lost its identity is the n-th that is new.
  const known = new Set(before.objects.map((each) => each.key));
  const kept = new Set(after.objects.map((each) => each.key));
  const gone = before.objects.filter((each) => isOfKind(each) && !kept.has(each.key));
  const fresh = after.objects.filter((each) => isOfKind(each) && !known.has(each.key));
  return gone.length === fresh.length ? fresh[gone.findIndex((each) => each.key === field.key)] : undefined;
}

/** The value at a pointer's tokens; `undefined` when there is none. */
export function valueAtTokens(object: Json, tokens: readonly string[]): Json | undefined {
  return tokens.reduce<Json | undefined>((at, token) => {
    if (isList(at)) return /^\d+$/.test(token) ? at[Number(token)] : undefined;
    return isObject(at) && Object.hasOwn(at, token) ? at[token] : undefined;
  }, object);
}

/**
 * Whether two objects have the same keys and list lengths at every step of a path: an exchanged key of a merged list makes
 * another item, and then the path leads to something else.
 */
export function hasSameSteps(a: Json, b: Json, tokens: readonly string[]): boolean {
  return tokens.every((_, depth) => {
    const path = tokens.slice(0, depth);
    return stepOf(valueAtTokens(a, path)) === stepOf(valueAtTokens(b, path));
  });
}

function stepOf(value: Json | undefined): string {
  if (isList(value)) return String(value.length);
  return isObject(value) ? JSON.stringify(Object.keys(value).sort()) : '';
}

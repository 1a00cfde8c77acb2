import type { RepoPath } from '../model/place.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import { collectWritings } from '../provenance/collectWritings.ts';
import type { Collection } from '../provenance/collection.ts';
import { decisionsOf, scalarAt } from '../provenance/decidedFields.ts';
import type { Decisions, RenderedApp } from '../provenance/decidedFields.ts';

/** Finds what scalars decide, and keeps what it read and found as long as every app renders the same from the same tree. */
export class DecisionFinder {
  readonly #engine: RenderEngine;
  readonly #ended: AbortSignal;
  #kept: Kept = { inputs: [], collections: new Map(), answers: new Map() };

  /** Files are read until `ended`: what is read is shared, so that none of those who wait can call it off for the others. */
  constructor(engine: RenderEngine, ended: AbortSignal) {
    this.#engine = engine;
    this.#ended = ended;
  }

  /** What the scalar at an offset (UTF-16 units) of a file decides; `undefined` where no app takes anything from there. */
  async find(
    apps: readonly RenderedApp[],
    tree: FileTree,
    { file, offset }: { readonly file: RepoPath; readonly offset: number },
    signal: AbortSignal,
  ): Promise<Decisions | undefined> {
    const kept = this.#keptFor([tree, ...apps.map(({ rendering }) => rendering)]);
    const collect = (each: RenderedApp): Promise<Collection> => collectionOf(kept, each, tree, this.#ended);
    const found = await scalarAt({ file, offset, apps, collect });
    signal.throwIfAborted();
    if (found === undefined) return undefined;
    const key = `${file}:${String(found.writing.place.start)}:${String(found.writing.place.end)}`;
    const known = kept.answers.get(key);
    if (known !== undefined) return known;
    const answer = await decisionsOf(found, { tree, engine: this.#engine }, signal);
    kept.answers.set(key, answer);
    return answer;
  }

  #keptFor(inputs: readonly unknown[]): Kept {
    const isSame =
      inputs.length === this.#kept.inputs.length && inputs.every((each, i) => each === this.#kept.inputs[i]);
    if (!isSame) this.#kept = { inputs, collections: new Map(), answers: new Map() };
    return this.#kept;
  }
}

interface Kept {
  /** The tree, then every app's rendering. */
  readonly inputs: readonly unknown[];
  readonly collections: Map<RenderedApp['rendering'], Promise<Collection>>;
  readonly answers: Map<string, Decisions>;
}

/** One that failed must not be what the next question gets. */
function collectionOf(
  kept: Kept,
  { app, rendering }: RenderedApp,
  tree: FileTree,
  signal: AbortSignal,
): Promise<Collection> {
  const known = kept.collections.get(rendering);
  if (known !== undefined) return known;
  const collection = collectWritings(app, tree, signal);
  kept.collections.set(rendering, collection);
  collection.catch(() => kept.collections.delete(rendering));
  return collection;
}

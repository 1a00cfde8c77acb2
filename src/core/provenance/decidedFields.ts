import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { Rendering } from '../model/rendering.ts';
import type { ResourceKey } from '../model/resource.ts';
import { pointerOf } from '../model/words.ts';
import type { ClusterView } from '../render/clusterView.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import { collectWritings } from './collectWritings.ts';
import { counterpartOf, Exchanger } from './exchange.ts';
import { probeFor } from './probe.ts';
import type { Probe } from './probe.ts';
import { spliced, splicesOf } from './splice.ts';
import { fieldOf } from './writing.ts';
import type { Writing } from './writing.ts';

/** What a scalar of the repository decides, app by app; `undefined` where no app takes anything from there. */
export interface Decisions {
  readonly place: Place;
  readonly apps: readonly DecidedApp[];
}

/** What it decides of one app. */
export interface DecidedApp {
  readonly app: App;
  readonly fields: readonly DecidedField[];
  /** Why it cannot be told; then there are no fields. */
  readonly unknown?: string | undefined;
}

export interface DecidedField {
  readonly object: ResourceKey;
  /** Empty for the object as a whole, which is there or not. */
  readonly path: JsonPointer;
  /** As it renders now. */
  readonly value: Json;
  /** `decides`: the scalar's text stands in the value. `feeds`: the value changes in another way (a matcher, a hash, a switch). */
  readonly effect: 'decides' | 'feeds';
}

/** An app as it renders, with what it was rendered for. */
export interface RenderedApp {
  readonly app: App;
  readonly rendering: Rendering;
  readonly cluster?: ClusterView | undefined;
}

/** Where to look. */
export interface DecisionQuestion {
  readonly file: RepoPath;
  /** In UTF-16 units from the start of the file. */
  readonly offset: number;
  /** All apps as they render at the tree. */
  readonly apps: readonly RenderedApp[];
  readonly tree: FileTree;
  readonly engine: RenderEngine;
}

/**
 * The inverse of explaining a field: exchanges the scalar at a place once in every app that reads the file, and lists what
 * differs then. One rendering for each such app.
 */
export async function fieldsDecidedBy(question: DecisionQuestion, signal: AbortSignal): Promise<Decisions | undefined> {
  const { file, offset, apps, tree, engine } = question;
  const readers = apps.filter(({ app, rendering }) => takesFrom(app, rendering, file));
  const found = await Promise.all(
    readers.map(async (each) => ({ ...each, writing: await writingAt(each.app, file, offset, tree, signal) })),
  );
  // The innermost stretch that anything knows; an app that knows only a wider one does not take this from there.
  const [first] = found
    .flatMap(({ writing }) => writing ?? [])
    .sort((a, b) => a.place.end - a.place.start - (b.place.end - b.place.start));
  if (first === undefined) return undefined;
  const probe = probeFor(first, 7);
  const decided = await Promise.all(
    found.map(async ({ app, rendering, cluster }): Promise<DecidedApp> => {
      const exchanger = new Exchanger({ app, tree, engine, cluster }, rendering, 1, signal);
      const after = await exchanger.renderWith([{ place: first.place, newText: probe.text }]);
      if (after === undefined) return { app, fields: [], unknown: 'With another value there the app does not render.' };
      return { app, fields: changedFields(rendering, after, first, probe) };
    }),
  );
  return {
    place: first.place,
    apps: decided.filter(({ fields, unknown }) => fields.length > 0 || unknown !== undefined),
  };
}

/** Whether an app reads a file for its objects or for its own declaration. */
function takesFrom({ declared }: App, { reads }: Rendering, file: RepoPath): boolean {
  return (
    reads.some((each) => each.kind === 'file' && each.path === file && each.digest !== 'absent') ||
    (declared?.generated?.from ?? []).some((each) => each.file === file) ||
    (declared?.parent?.files ?? []).includes(file)
  );
}

async function writingAt(
  app: App,
  file: RepoPath,
  offset: number,
  tree: FileTree,
  signal: AbortSignal,
): Promise<Writing | undefined> {
  const { writings } = await collectWritings(app, tree, signal);
  return writings
    .filter(({ place }) => place.file === file && place.start <= offset && offset <= place.end)
    .sort((a, b) => a.place.end - a.place.start - (b.place.end - b.place.start))[0];
}

function changedFields(before: Rendering, after: Rendering, writing: Writing, probe: Probe): readonly DecidedField[] {
  const matched = new Set<ResourceKey>();
  const fields = before.objects.flatMap(({ key, object }): readonly DecidedField[] => {
    const other = counterpartOf(before, after, fieldOf(key, ''));
    if (other === undefined) return [{ object: key, path: '', value: null, effect: 'feeds' }];
    matched.add(other.key);
    return changedLeaves(object, other.object, []).map(({ path, value, now }) => ({
      object: key,
      path: pointerOf(path),
      value,
      effect: isExchanged(writing, probe, value, now) ? 'decides' : 'feeds',
    }));
  });
  const fresh = after.objects.filter(({ key }) => !matched.has(key));
  return [...fields, ...fresh.map(({ key }) => ({ object: key, path: '', value: null, effect: 'feeds' }) as const)];
}

function isExchanged(writing: Writing, probe: Probe, value: Json, now: Json | undefined): boolean {
  if (now === undefined || isList(now) || isObject(now)) return false;
  return splicesOf(writing, value).some((splice) => spliced(splice, probe.shown) === String(now));
}

interface ChangedLeaf {
  readonly path: readonly (string | number)[];
  readonly value: Json;
  readonly now: Json | undefined;
}

/** The smallest values that differ; a map or list with other entries is one of them where those came or went. */
function changedLeaves(value: Json, now: Json | undefined, path: readonly (string | number)[]): readonly ChangedLeaf[] {
  if (isList(value) && isList(now) && value.length === now.length)
    return value.flatMap((each, index) => changedLeaves(each, now[index], [...path, index]));
  if (isObject(value) && isObject(now)) {
    const gone = Object.entries(value).flatMap(([key, each]) => changedLeaves(each, now[key], [...path, key]));
    const fresh = Object.keys(now).filter((key) => !Object.hasOwn(value, key));
    return [...gone, ...fresh.map((key) => ({ path: [...path, key], value: null, now: now[key] }))];
  }
  return JSON.stringify(value) === JSON.stringify(now) ? [] : [{ path, value, now }];
}

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
import type { Collection } from './collection.ts';
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
  /** How many more apps read the file and were not asked, because each costs a rendering. */
  readonly beyond: number;
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
export interface ScalarQuestion {
  readonly file: RepoPath;
  /** In UTF-16 units from the start of the file. */
  readonly offset: number;
  /** All apps as they render at the tree. */
  readonly apps: readonly RenderedApp[];
  /** Gathers what may decide an app's fields at that tree. */
  readonly collect: (app: RenderedApp) => Promise<Collection>;
}

/** A scalar that some app takes something from, and the apps that read its file, as many as are asked. */
export interface TakenScalar {
  readonly writing: Writing;
  readonly readers: readonly RenderedApp[];
  /** How many more apps read it. */
  readonly beyond: number;
}

/** Most apps that are asked about one scalar: each has its files read, and renders once. */
const mostApps = 40;

/** A tree and what renders it. */
export interface RenderedTree {
  readonly tree: FileTree;
  readonly engine: RenderEngine;
}

/** The innermost stretch at an offset that any app knows; an app that knows only a wider one does not take this from there. */
export async function scalarAt({ file, offset, apps, collect }: ScalarQuestion): Promise<TakenScalar | undefined> {
  const all = apps.filter(({ app, rendering }) => takesFrom(app, rendering, file));
  const readers = all.slice(0, mostApps);
  const found = await Promise.all(readers.map(async (each) => writingAt(await collect(each), file, offset)));
  const writing = found.flatMap((each) => each ?? []).sort((a, b) => lengthOf(a) - lengthOf(b))[0];
  return writing && { writing, readers, beyond: all.length - readers.length };
}

/**
 * The inverse of explaining a field: exchanges a scalar once in every app that reads its file, and lists what differs then.
 * One rendering for each such app.
 */
export async function decisionsOf(
  { writing, readers, beyond }: TakenScalar,
  { tree, engine }: RenderedTree,
  signal: AbortSignal,
): Promise<Decisions> {
  const probe = probeFor(writing, 7);
  const decided = await Promise.all(
    readers.map(async ({ app, rendering, cluster }): Promise<DecidedApp> => {
      const exchanger = new Exchanger({ app, tree, engine, cluster }, rendering, 1, signal);
      const after = await exchanger.renderWith([{ place: writing.place, newText: probe.text }]);
      if (after === undefined) return { app, fields: [], unknown: 'With another value there the app does not render.' };
      return { app, fields: changedFields(rendering, after, writing, probe) };
    }),
  );
  return {
    place: writing.place,
    apps: decided.filter(({ fields, unknown }) => fields.length > 0 || unknown !== undefined),
    beyond,
  };
}

/** Finds a scalar and what it decides; who asks again and again uses a `DecisionFinder`, which reads the apps' files once. */
export async function fieldsDecidedBy(
  question: Omit<ScalarQuestion, 'collect'> & RenderedTree,
  signal: AbortSignal,
): Promise<Decisions | undefined> {
  const { tree } = question;
  const found = await scalarAt({ ...question, collect: ({ app }) => collectWritings(app, tree, signal) });
  return found && decisionsOf(found, question, signal);
}

/** Whether an app reads a file for its objects or for its own declaration. */
function takesFrom({ declared }: App, { reads }: Rendering, file: RepoPath): boolean {
  return (
    reads.some((each) => each.kind === 'file' && each.path === file && each.digest !== 'absent') ||
    (declared?.generated?.from ?? []).some((each) => each.file === file) ||
    (declared?.parent?.files ?? []).includes(file)
  );
}

function writingAt({ writings }: Collection, file: RepoPath, offset: number): Writing | undefined {
  return writings
    .filter(({ place }) => place.file === file && place.start <= offset && offset <= place.end)
    .sort((a, b) => lengthOf(a) - lengthOf(b))[0];
}

function lengthOf({ place }: Writing): number {
  return place.end - place.start;
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

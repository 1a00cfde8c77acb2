import type { App, AppId } from '../model/app.ts';
import type { FieldDifference } from '../model/difference.ts';
import { isWithin } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { FileChange, RepoState } from '../ports.ts';
import type { Blocker } from './blocker.ts';
import { findBlockers } from './blockers.ts';
import { suggestMessage } from './commitMessage.ts';
import { findRisks } from './risks.ts';
import type { RiskNote } from './risks.ts';

/** What will be written to Git for one app, with everything it does. */
export interface ChangeSet {
  readonly app: AppId;
  readonly files: readonly ChangedFile[];
  readonly effects: readonly ObjectEffect[];
  /** Over `effects`. */
  readonly counts: {
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly fields: number;
  };
  /** Blast radius: other apps whose rendering changes by the same files. */
  readonly others: readonly AppEffect[];
  readonly risks: readonly RiskNote[];
  /** Template of the commit message: subject, empty line, body. */
  readonly message: string;
  readonly blockers: readonly Blocker[];
}

/** A file of the change set; `isUnsaved` files differ from the disk and are saved before the commit. */
export interface ChangedFile extends FileChange {
  readonly isUnsaved: boolean;
}

/** What happens to one object. */
export interface ObjectEffect {
  readonly key: ResourceKey;
  readonly change: 'added' | 'changed' | 'removed';
  /** Rendered at HEAD. */
  readonly before?: KubeObject | undefined;
  /** Rendered from the editors' texts. */
  readonly after?: KubeObject | undefined;
  /** In the cluster, Secrets reduced. */
  readonly live?: KubeObject | undefined;
  /** Empty for objects that are added or removed as a whole. */
  readonly fields: readonly FieldDifference[];
}

/** What the change does to another app. */
export interface AppEffect {
  readonly app: App;
  readonly effects: readonly ObjectEffect[];
}

/** The two renderings of one app. */
export interface AppRenderings {
  readonly app: App;
  readonly before: Rendering;
  readonly after: Rendering;
}

/** Field differences of two renderings of one object, `before` as the live side; `core/diff` provides it. */
export type CompareRendered = (before: KubeObject, after: KubeObject) => readonly FieldDifference[];

/** What a change set is computed from. */
export interface ChangeInput extends AppRenderings {
  readonly repo: RepoState;
  /** Files whose editors differ from the disk. */
  readonly unsaved: readonly RepoPath[];
  /** Other apps that the repository's changes may concern; only those count that read a file of the change set. */
  readonly others: readonly AppRenderings[];
  readonly liveObject: (key: ResourceKey) => KubeObject | undefined;
}

/** Computes the change set of an app: its changed files and what they do, here and elsewhere. */
export function buildChangeSet(input: ChangeInput, compare: CompareRendered): ChangeSet {
  const files = filesOf(input);
  const effects = effectsOf(input, compare, input.liveObject);
  const paths = new Set(files.map(({ path }) => path));
  const others = input.others
    .filter(({ before, after }) => [...before.reads, ...after.reads].some(({ path }) => paths.has(path)))
    .map((other) => ({ app: other.app, effects: effectsOf(other, compare, () => undefined) }))
    .filter((other) => other.effects.length > 0);
  const own = { app: input.app, effects };
  return {
    app: input.app.id,
    files,
    effects,
    counts: countEffects(effects),
    others,
    risks: findRisks(effects),
    message: suggestMessage(own, others),
    blockers: findBlockers(input.repo, files),
  };
}

/** What becomes of each object between two renderings; unchanged ones are left out. Sorted: removed, changed, added, then by key. */
function effectsOf(
  { before, after }: AppRenderings,
  compare: CompareRendered,
  liveObject: (key: ResourceKey) => KubeObject | undefined,
): readonly ObjectEffect[] {
  const old = new Map(before.objects.map(({ key, object }) => [key, object]));
  const now = new Map(after.objects.map(({ key, object }) => [key, object]));
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  const effects = keys.flatMap((key) => effectOf(key, old.get(key), now.get(key), liveObject(key), compare));
  return effects.sort((one, other) => order.indexOf(one.change) - order.indexOf(other.change));
}

const order = ['removed', 'changed', 'added'] as const;

function effectOf(
  key: ResourceKey,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  live: KubeObject | undefined,
  compare: CompareRendered,
): readonly ObjectEffect[] {
  if (before === undefined) return [{ key, change: 'added', after, live, fields: [] }];
  if (after === undefined) return [{ key, change: 'removed', before, live, fields: [] }];
  const fields = compare(before, after);
  return fields.length === 0 ? [] : [{ key, change: 'changed', before, after, live, fields }];
}

/** The repository's changes limited to what the app reads (before or after), its own declaration, and unsaved files among them. */
function filesOf({ repo, unsaved, app, before, after }: ChangeInput): readonly ChangedFile[] {
  const read = new Set([...before.reads, ...after.reads].flatMap(({ kind, path }) => (kind === 'file' ? [path] : [])));
  if (app.declared !== undefined) read.add(app.declared.file);
  const folders = wholeFolders(app);
  const isRead = (path: RepoPath): boolean => read.has(path) || folders.some((folder) => isWithin(path, folder));
  const changes = repo.changes.filter(({ path }) => isRead(path)).map((change) => withUnsaved(change, unsaved));
  const known = new Set(changes.map(({ path }) => path));
  const onlyUnsaved = unsaved.filter((path) => isRead(path) && !known.has(path));
  return [...changes, ...onlyUnsaved.map(unsavedChange)].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** An app without kustomization is all the files in its folder: a deleted one is not read any more and still counts. */
function wholeFolders({ source }: App): readonly RepoPath[] {
  return source.kind === 'here' && source.render === 'directory' ? [source.path] : [];
}

function withUnsaved(change: FileChange, unsaved: readonly RepoPath[]): ChangedFile {
  return { ...change, isUnsaved: unsaved.includes(change.path) };
}

function unsavedChange(path: RepoPath): ChangedFile {
  return { path, kind: 'modified', isStaged: false, isUnsaved: true };
}

function countEffects(effects: readonly ObjectEffect[]): ChangeSet['counts'] {
  const count = (change: ObjectEffect['change']): number => effects.filter((effect) => effect.change === change).length;
  const fields = effects.reduce((sum, effect) => sum + effect.fields.length, 0);
  return { added: count('added'), changed: count('changed'), removed: count('removed'), fields };
}

import { AppCatalog } from '../apps/appCatalog.ts';
import { findAppCycles } from '../apps/appCycles.ts';
import type { Discovery } from '../apps/appCatalog.ts';
import { dependencyCircles } from '../apps/dependsOn.ts';
import type { DeclaredObject } from '../apps/fileFacts.ts';
import type { HubFacts } from '../apps/hubFacts.ts';
import type { App, AppId } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import { splitMounted } from '../model/remoteNeed.ts';
import type { Rendering, RenderProblem } from '../model/rendering.ts';
import type { KubeObject } from '../model/resource.ts';
import { UserError } from '../model/userError.ts';
import { elsewhereMessage, shortRevision } from '../model/words.ts';
import type { FileTree, Log, RenderEngine, RepoReader, RepoState } from '../ports.ts';
import type { CachedRenderer } from '../render/cachedRenderer.ts';
import { answersSame } from '../render/clusterView.ts';
import type { ClusterOf } from '../render/clusterView.ts';
import { KeptTree } from '../render/keptTree.ts';
import { OverlayTree } from '../render/overlayTree.ts';
import type { Side } from './api.ts';
import { Memo } from './memo.ts';
import { projectProblems } from './projectProblems.ts';

/** What Git says at one moment: the apps of the buffers' tree and what each renders to on every side. */
export interface GitPicture {
  readonly repo: RepoState;
  readonly buffersTree: FileTree;
  readonly apps: readonly AppPicture[];
  /** Policies and what belongs to them, as files of the buffers' tree hold them. */
  readonly rules: readonly DeclaredObject[];
  readonly problems: readonly RenderProblem[];
  /** What of it stays as it is while somebody types. */
  readonly moment: GitMoment;
}

/** The repository under the buffers, as it was read once. */
export interface GitMoment {
  readonly repo: RepoState;
  readonly working: FileTree;
  readonly applied: AppliedRevisions;
  readonly hub: HubFacts | undefined;
  /** Commits by the name they were asked for; `undefined` for a name that this clone does not know. */
  readonly commits: Map<string, Promise<CommitPicture | undefined>>;
}

/** One app over its sides. */
export interface AppPicture {
  readonly app: App;
  /** A side is absent when there is no such tree (no upstream, not connected, commit not fetched). */
  readonly sides: Readonly<Partial<Record<Side, Rendering>>>;
  /** The revision that `sides.applied` was asked for, also when this clone does not have it. */
  readonly appliedRevision?: string | undefined;
  /** Trouble beside the renderings' own. */
  readonly problems: readonly RenderProblem[];
}

/** What the reconciler last applied of an app, as far as a cluster said so. */
export type AppliedRevisions = ReadonlyMap<AppId, string>;

/** What clusters say that a picture is made of. */
export interface ClusterWords {
  readonly applied: AppliedRevisions;
  readonly hub: HubFacts | undefined;
}

/** Reads pictures one after the other, keeping renderings of commits, which cannot change. */
export class GitPictureReader {
  readonly #repo: RepoReader;
  readonly #renderer: CachedRenderer;
  readonly #log: Log;
  readonly #clusterOf: ClusterOf;
  readonly #engine: RenderEngine;
  readonly #catalog: AppCatalog;
  readonly #pictures = new Memo<AppId, AppPicture>();
  #commits = new Map<string, CommitPicture>();

  constructor(repo: RepoReader, engine: RenderEngine, renderer: CachedRenderer, log: Log, clusterOf: ClusterOf) {
    this.#clusterOf = clusterOf;
    this.#repo = repo;
    this.#engine = engine;
    this.#catalog = this.#newCatalog();
    this.#renderer = renderer;
    this.#log = log;
  }

  /** Reads the repository and renders what changed since the last picture. */
  async read(
    buffers: ReadonlyMap<RepoPath, string>,
    { applied, hub }: ClusterWords,
    signal: AbortSignal,
  ): Promise<GitPicture> {
    const repo = await this.#repo.readState(signal);
    this.#renderer.forgetBroken();
    const working = new KeptTree(this.#repo.openWorkingTree());
    const picture = await this.readBuffers({ repo, working, applied, hub, commits: new Map() }, buffers, signal);
    const used = await Promise.all(picture.moment.commits.values());
    this.#commits = new Map(used.flatMap((commit) => (commit === undefined ? [] : [[commit.tree.label, commit]])));
    return picture;
  }

  #newCatalog(): AppCatalog {
    return new AppCatalog(this.#engine, (app, tree, signal) => this.#render(app, tree, signal));
  }

  /** Other buffers over what was read already: neither Git nor the disk is asked again. */
  async readBuffers(
    moment: GitMoment,
    buffers: ReadonlyMap<RepoPath, string>,
    signal: AbortSignal,
  ): Promise<GitPicture> {
    const { repo, working, hub } = moment;
    const buffersTree = buffers.size === 0 ? working : new OverlayTree(working, buffers, 'buffers');
    const { apps, refused, projects, rules, problems } = await this.#catalog.discover(
      buffersTree,
      repo.remotes,
      signal,
      hub,
    );
    this.#renderer.retain(new Set(apps.map(({ id }) => id)));
    const context: SideContext = { ...moment, buffersTree, projects, circles: dependencyCircles(apps), signal };
    // All at once: the engine bounds how many it renders at a time.
    const pictures = await Promise.all(apps.map((app) => this.#readApp(app, context)));
    const cycles = findAppCycles(pictures.map(({ app, sides }) => ({ app, rendering: sides.buffers })));
    const kept = pictures.map((picture) => {
      const { id } = picture.app;
      const cycle = cycles.get(id);
      return this.#keep(withProblems(picture, [...(refused.get(id) ?? []), ...(cycle === undefined ? [] : [cycle])]));
    });
    return { repo, buffersTree, apps: kept, rules, problems, moment };
  }

  /** The same value as last time for an app that is still the same on every side. */
  #keep(picture: AppPicture): AppPicture {
    const { buffers, head, upstream, applied } = picture.sides;
    // The hub's clusters are many and the same for every app of a set.
    const withoutClusters = (key: string, value: unknown): unknown => (key === 'clusters' ? undefined : value);
    const facts = JSON.stringify([picture.app, picture.appliedRevision, picture.problems], withoutClusters);
    const clusters = picture.app.declared?.generated?.clusters;
    return this.#pictures.remember(picture.app.id, [facts, clusters, buffers, head, upstream, applied], () => picture);
  }

  async #readApp(app: App, context: SideContext): Promise<AppPicture> {
    const appliedRevision = context.applied.get(app.id);
    if (app.source.kind !== 'here') return { app, sides: {}, appliedRevision, problems: sourceProblems(app) };
    const { head } = context.repo;
    const buffers = await this.#render(app, context.buffersTree, context.signal);
    const atHead = head === undefined ? undefined : await this.#renderAt(app, head, context);
    const upstream = await this.#renderUpstream(app, context);
    const applied = appliedRevision === undefined ? undefined : await this.#renderAt(app, appliedRevision, context);
    const { projects, hub, buffersTree, signal } = context;
    const denied = await projectProblems(app, buffers, { declared: projects, hub }, buffersTree, signal);
    const isUnfetched = appliedRevision !== undefined && applied === undefined;
    const circle = context.circles.get(app.id);
    return {
      app,
      appliedRevision,
      sides: defined({ buffers, head: atHead, upstream, applied }),
      problems: [
        ...(isUnfetched ? [unfetchedProblem(app, appliedRevision)] : []),
        ...(circle === undefined ? [] : [circle]),
        ...denied,
      ],
    };
  }

  /** One app that the engine fails on must not take the others' picture away: the failure becomes the app's problem. */
  async #render(app: App, tree: FileTree, signal: AbortSignal): Promise<Rendering> {
    try {
      return await this.#renderer.render(app, tree, signal, this.#clusterOf(app));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return {
        objects: [],
        problems: [{ severity: 'error', message: error.message, file: error.data.file ?? app.declared?.file }],
        reads: [],
      };
    }
  }

  /** The remote branch that the reconciler follows; for bare roots the branch's own upstream. */
  async #renderUpstream(app: App, context: SideContext): Promise<Rendering | undefined> {
    for (const revision of followedRevisions(app, context.repo)) {
      const rendering = await this.#renderAt(app, revision, context);
      if (rendering !== undefined) return rendering;
    }
    return undefined;
  }

  async #renderAt(app: App, revision: string, context: SideContext): Promise<Rendering | undefined> {
    const commit = await this.#openCommit(revision, context);
    if (commit === undefined) return undefined;
    const known = commit.renderings.get(app.id);
    if (known !== undefined && isLasting(known) && answersSame(this.#clusterOf(app), known.asked)) return known;
    const found = commit.discovery.apps.find(({ id }) => id === app.id);
    const declared = found ?? ((await isBareAt(app, commit.tree, context.signal)) ? app : undefined);
    const isHere = declared?.source.kind === 'here';
    const rendering = isHere ? await this.#render(declared, commit.tree, context.signal) : nothing;
    commit.renderings.set(app.id, rendering);
    return rendering;
  }

  #openCommit(revision: string, context: SideContext): Promise<CommitPicture | undefined> {
    const known = context.commits.get(revision);
    if (known !== undefined) return known;
    const commit = this.#readCommit(revision, context);
    context.commits.set(revision, commit);
    // A reading that was given up must not be what the next one gets.
    commit.catch(() => context.commits.delete(revision));
    return commit;
  }

  async #readCommit(revision: string, { repo, hub, signal }: SideContext): Promise<CommitPicture | undefined> {
    const tree = await this.#repo.openRevision(revision, signal);
    if (tree === undefined) return undefined;
    const known = this.#commits.get(tree.label);
    if (known !== undefined && known.hub === hub) return known;
    this.#log.info(`Reading ${revision} (${shortRevision(tree.label)})`);
    const discovery = await this.#newCatalog().discover(tree, repo.remotes, signal, hub);
    const picture = { tree, hub, discovery, renderings: new Map<AppId, Rendering>() };
    // Another name of the same commit may have been faster.
    const other = this.#commits.get(tree.label);
    const first = other !== undefined && other.hub === hub ? other : picture;
    this.#commits.set(tree.label, first);
    return first;
  }
}

interface CommitPicture {
  readonly tree: FileTree;
  /** What it was discovered with. */
  readonly hub: HubFacts | undefined;
  readonly discovery: Discovery;
  readonly renderings: Map<AppId, Rendering>;
}

interface SideContext extends GitMoment {
  readonly buffersTree: FileTree;
  /** Apps that wait for each other. */
  readonly circles: ReadonlyMap<AppId, RenderProblem>;
  readonly projects: readonly KubeObject[];
  readonly signal: AbortSignal;
}

/**
 * Whether a folder without a reconciler was there at a commit, where something else may have referred to it (a manifest
 * that does not parse any more): its objects are no news then.
 */
async function isBareAt({ declared, source }: App, tree: FileTree, signal: AbortSignal): Promise<boolean> {
  if (declared !== undefined || source.kind !== 'here') return false;
  return (await tree.stat(source.path, signal)) === 'folder';
}

/** A commit never changes; what was fetched for it may, and the engine may have more time. */
function isLasting({ reads, isBroken }: Rendering): boolean {
  return isBroken !== true && reads.every(({ path }) => splitMounted(path) === undefined);
}

/** An app that a commit does not declare renders to nothing there. */
const nothing: Rendering = { objects: [], problems: [], reads: [] };

/** Names under which the followed revision may be known here, the likeliest first. */
function followedRevisions(app: App, repo: RepoState): readonly string[] {
  const own = repo.upstream?.name;
  const followed = app.source.kind === 'here' ? app.source.revision : undefined;
  const remotes = repo.remotes.map(({ name }) => name);
  if (followed === undefined || followed === 'HEAD') {
    const defaults = app.declared === undefined ? [] : remotes.map((name) => `refs/remotes/${name}/HEAD`);
    return [...defaults, ...(own === undefined ? [] : [own])];
  }
  const branches = remotes.map((name) => `refs/remotes/${name}/${followed}`);
  // A tag or commit is known under its own name; a local branch of that name is not what the reconciler sees.
  const fixed = /^[0-9a-f]{7,64}$/.test(followed) ? [followed] : [`refs/tags/${followed}`];
  return [...branches, ...fixed];
}

function withProblems(picture: AppPicture, problems: readonly RenderProblem[]): AppPicture {
  return problems.length === 0 ? picture : { ...picture, problems: [...picture.problems, ...problems] };
}

function sourceProblems({ source, declared }: App): readonly RenderProblem[] {
  const place = { file: declared?.file, line: declared?.place.range.line };
  switch (source.kind) {
    case 'elsewhere':
      return [{ severity: 'warning', message: elsewhereMessage(source.what), ...place }];
    case 'unsupported':
      return source.problems ?? [{ severity: 'warning', message: source.why, ...place }];
    case 'here':
      return [];
  }
}

function unfetchedProblem({ declared }: App, revision: string): RenderProblem {
  const message = `The cluster runs commit ${shortRevision(revision)}, which this clone does not have. Fetch, then refresh.`;
  return { severity: 'warning', message, file: declared?.file, line: declared?.place.range.line };
}

function defined(sides: Partial<Record<Side, Rendering | undefined>>): Partial<Record<Side, Rendering>> {
  const out: Partial<Record<Side, Rendering>> = {};
  for (const side of ['buffers', 'head', 'upstream', 'applied'] as const) {
    const rendering = sides[side];
    if (rendering !== undefined) out[side] = rendering;
  }
  return out;
}

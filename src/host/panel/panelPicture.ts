import * as vscode from 'vscode';
import { buildChangeSet } from '../../core/change/changeSet.ts';
import type { AppRenderings, ChangeSet } from '../../core/change/changeSet.ts';
import type { AppId } from '../../core/model/app.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { Rendering } from '../../core/model/rendering.ts';
import type { KubeObject, ResourceKey } from '../../core/model/resource.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { RepoState } from '../../core/ports.ts';
import type { PanelAct, PanelApp, PanelEffect, PanelFile } from '../../protocol/panelState.ts';
import { repoPath } from '../repoUris.ts';
import { buildEffect } from './buildEffect.ts';
import { buildAct, buildFiles, buildPanelApp, filesThatDiffer } from './buildSnapshot.ts';
import type { PanelDeps, PanelRepository } from './panelDeps.ts';

/** What the panel shows of one moment, and the change set behind it. */
export interface Picture {
  readonly app: PanelApp;
  readonly files: readonly PanelFile[];
  readonly effect: PanelEffect;
  readonly act: PanelAct;
  readonly changeSet: ChangeSet;
  /** The objects that the effect shows. */
  readonly keys: readonly ResourceKey[];
}

const nothing: Rendering = { objects: [], problems: [], reads: [] };
const noRepo: RepoState = { changes: [], remotes: [] };

/** Reads what a panel shows from the overview; nothing is kept between two readings. */
export class PanelPicture {
  readonly #deps: PanelDeps;
  readonly #repository: PanelRepository;
  readonly #app: AppId;
  readonly #ended = new AbortController();

  constructor(deps: PanelDeps, repository: PanelRepository, app: AppId) {
    this.#deps = deps;
    this.#repository = repository;
    this.#app = app;
  }

  /** The picture of now; `undefined` while the repository does not declare the app. */
  async read(isRunning: boolean): Promise<Picture | undefined> {
    const { overview } = this.#repository;
    const state = overview.state.apps.find(({ app }) => app.id === this.#app);
    if (state === undefined) return undefined;
    const repo = overview.state.repo ?? noRepo;
    const own = await this.#renderings(state);
    const unsaved = this.#unsaved();
    const liveObject = (key: ResourceKey): KubeObject | undefined =>
      state.objectsContext === undefined ? undefined : overview.liveObject(state.objectsContext, key);
    const touched = new Set([...repo.changes.map(({ path }) => path), ...unsaved]);
    const others = await this.#others(touched);
    const changeSet = buildChangeSet({ ...own, repo, unsaved, others, liveObject }, this.#deps.compare);
    const { t, clock, connectionOf, acceptanceOf } = this.#deps;
    const hasConnection = state.context !== undefined && connectionOf(state.context) !== undefined;
    const { apps } = overview.state;
    const input = { state, apps, changeSet, after: own.after, liveObject, acceptanceOf, now: clock.now() };
    const phase = overview.state.phase === 'loading' ? 'computing' : 'ready';
    const effect: PanelEffect = { ...buildEffect(input, t), phase };
    const shown = new Set(effect.objects.map(({ key }) => key));
    return {
      app: buildPanelApp(state, overview.state.clusters, t),
      files: buildFiles({ changeSet, after: own.after, unpushed: await this.#unpushed(state, own.before) }),
      effect,
      act: buildAct({ state, overview: overview.state, changeSet, hasConnection, isRunning }, t),
      changeSet,
      keys: [...state.resources.map(({ key }) => key), ...changeSet.effects.map(({ key }) => key)].filter((key) =>
        shown.has(key),
      ),
    };
  }

  async #renderings({ app }: AppState): Promise<AppRenderings> {
    const { overview } = this.#repository;
    const { signal } = this.#ended;
    const before = (await overview.renderApp(app.id, 'head', signal)) ?? nothing;
    const after = (await overview.renderApp(app.id, 'buffers', signal)) ?? nothing;
    return { app, before, after };
  }

  /** The other apps that read any file that is changed, in this change set or beside it. */
  async #others(touched: ReadonlySet<RepoPath>): Promise<readonly AppRenderings[]> {
    if (touched.size === 0) return [];
    const states = this.#repository.overview.state.apps.filter(({ app }) => app.id !== this.#app);
    const all = await Promise.all(states.map((state) => this.#renderings(state)));
    return all.filter(({ before, after }) => [...before.reads, ...after.reads].some(({ path }) => touched.has(path)));
  }

  async #unpushed({ app }: AppState, head: Rendering): Promise<readonly RepoPath[]> {
    const upstream = await this.#repository.overview.renderApp(app.id, 'upstream', this.#ended.signal);
    return upstream === undefined ? [] : filesThatDiffer(upstream, head);
  }

  #unsaved(): readonly RepoPath[] {
    const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty);
    return dirty
      .map((document) => repoPath(this.#repository.reader.root, document.uri))
      .filter((path) => path !== undefined);
  }
}

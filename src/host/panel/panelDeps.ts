import type * as vscode from 'vscode';
import type { CompareRendered } from '../../core/change/changeSet.ts';
import type { AppId } from '../../core/model/app.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import type { PlacedDifference } from '../../core/overview/state.ts';
import type { EditAnswer } from '../../core/provenance/editFor.ts';
import type { ClusterConnection, Clock, Log, RepoReader, RepoWriter } from '../../core/ports.ts';
import type { Translate } from '../text.ts';

/** The open repository as far as panels need it. */
export interface PanelRepository {
  readonly overview: OverviewApi;
  readonly reader: RepoReader;
  readonly writer: RepoWriter;
}

/** What panels are made with. */
export interface PanelDeps {
  readonly extensionUri: vscode.Uri;
  /** Opens the window's repository if that has not happened yet; `undefined` when there is none. */
  readonly repository: () => Promise<PanelRepository | undefined>;
  readonly connectionOf: (context: string) => ClusterConnection | undefined;
  readonly compare: CompareRendered;
  /** What to write so that Git declares what the cluster runs, or why not; `undefined` while no repository is open. */
  readonly acceptanceOf: (difference: PlacedDifference) => EditAnswer | undefined;
  /** Opens the diff editor over the live and the rendered form of an object. */
  readonly compareWithCluster: (app: AppId, object: ResourceKey) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly t: Translate;
}

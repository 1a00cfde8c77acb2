import type { AppId } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { RepoPath } from '../model/place.ts';
import type { ClusterConnection } from '../ports.ts';
import type { Decisions } from '../provenance/decidedFields.ts';
import type { EventAnswer } from './eventReader.ts';
import type { OverviewChange, OverviewState } from './state.ts';

/** Which side of an app a person looks at. `applied` is the revision the reconciler last applied. */
export type Side = 'buffers' | 'head' | 'upstream' | 'applied';

/**
 * The one stateful centre: holds the picture of a repository and keeps it true.
 * Views read `state` and listen; nothing else in the product keeps a copy.
 */
export interface OverviewApi {
  readonly state: OverviewState;
  /** Calls back after each replaced state, never while one is being computed. */
  onDidChange(listener: (change: OverviewChange) => void): { dispose(): void };
  /** Reads Git again and renders what changed; calls under way are joined. Resolves when the state is current. */
  refresh(): Promise<void>;
  /** Texts of unsaved editors by path; an empty map means all is saved. */
  setBuffers(buffers: ReadonlyMap<RepoPath, string>): void;
  /** Puts a cluster under the picture; `undefined` takes it away. */
  attach(context: string, connection: ClusterConnection | undefined): void;
  /**
   * Says how a context is (`offline`, `connecting`, `waiting`), until something else is reported or attached; `undefined`
   * gives the word back to the connection.
   */
  reportCluster(context: string, status: OverviewState['clusters'][number]['status'] | undefined): void;
  renderApp(app: AppId, side: Side, signal: AbortSignal): Promise<Rendering | undefined>;
  /** The live object, Secrets already reduced. */
  liveObject(context: string, key: ResourceKey): KubeObject | undefined;
  /** Finds and proves the scalar behind a field of the buffers' rendering. */
  explain(app: AppId, object: ResourceKey, path: JsonPointer, signal: AbortSignal): Promise<Provenance>;
  /**
   * Asks the cluster by dry-run what it would make of an app's objects, or of one; nothing is written. The answers become
   * part of the state. Returns how many objects were asked about; 0 where there is no server to ask.
   */
  askServer(app: AppId, object?: ResourceKey): Promise<number>;
  /**
   * Asks clusters what they told lately of an object and of its app (Kubernetes Events); only on somebody's look, for nothing
   * of it is followed. Empty where no cluster runs the app.
   */
  eventsOf(app: AppId, object: ResourceKey | undefined, signal: AbortSignal): Promise<EventAnswer>;
  /** What the scalar at a place of the buffers decides, over all apps; `undefined` where nothing is taken from there. */
  decidedBy(file: RepoPath, offset: number, signal: AbortSignal): Promise<Decisions | undefined>;
  dispose(): void;
}

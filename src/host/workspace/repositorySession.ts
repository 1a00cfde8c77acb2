import * as vscode from 'vscode';
import type { CompareRendered } from '../../core/change/changeSet.ts';
import type { Json } from '../../core/model/json.ts';
import type { Place } from '../../core/model/place.ts';
import type { Provenance } from '../../core/model/provenance.ts';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import type { EditAnswer } from '../../core/provenance/editFor.ts';
import type { OverviewChange, OverviewState, PlacedDifference } from '../../core/overview/state.ts';
import type { Log, RepoReader, RepoWriter, SourceFetcher } from '../../core/ports.ts';
import type { Stage, WindowState } from '../views/appsSummary.ts';

/** A place and the text to write there. */
export interface TextEdit {
  readonly place: Place;
  readonly newText: string;
}

/** A repository that is open: its picture and the ways to read and write it. */
export interface OpenRepository extends SourceFetcher {
  readonly overview: OverviewApi;
  readonly reader: RepoReader;
  readonly writer: RepoWriter;
  /** Absolute paths of the folders that Git keeps its own files in; their changes are commits, checkouts and fetches. */
  readonly gitFolders: readonly string[];
  /** Compares two renderings of an object. */
  readonly compare: CompareRendered;
  /** What to write at a proven place so that the field gets a value, or why that place alone cannot bring it about. */
  readonly editFor: (provenance: Provenance | undefined, value: Json) => EditAnswer;
  /** What to write so that Git declares what the cluster runs, or why it cannot be written. */
  readonly acceptanceOf: (difference: PlacedDifference) => EditAnswer;
  /** Reads the policies of the folders that the settings name, and judges by them. */
  readonly readPolicyFolders: () => Promise<void>;
  dispose(): void;
}

/** Opens the repository that holds a folder (absolute path). `UserError` `no-repository` when there is none. */
export type OpenRepositoryAt = (folder: string, signal: AbortSignal) => Promise<OpenRepository>;

const everything: OverviewChange = { apps: [], isStructural: true };

/**
 * The repository of this window, from "no folder" to "open". Views listen here rather than at the overview, because they
 * exist before it does. Of several workspace folders the first one inside a repository counts.
 */
export class RepositorySession {
  readonly #open: OpenRepositoryAt;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<OverviewChange>();
  readonly #opened = new vscode.EventEmitter<OpenRepository>();
  #stage: Exclude<Stage, 'loading' | 'no-apps' | 'ready'> = 'opening';
  #trouble: string | undefined;
  #current: OpenRepository | undefined;
  #listening: { dispose(): void } | undefined;
  #run = new AbortController();
  #start: Promise<void> | undefined;

  /** What changed; fired also when the window's stage does. */
  readonly onDidChange = this.#changed.event;
  /** A repository was opened, before its first reading. */
  readonly onDidOpen = this.#opened.event;

  constructor(open: OpenRepositoryAt, log: Log) {
    this.#open = open;
    this.#log = log;
  }

  get current(): OpenRepository | undefined {
    return this.#current;
  }

  get state(): OverviewState | undefined {
    return this.#current?.overview.state;
  }

  get window(): WindowState {
    const { state } = this;
    return {
      stage: state === undefined ? this.#stage : stageOf(state),
      isTrusted: vscode.workspace.isTrusted,
      trouble: this.#trouble,
      overview: state,
    };
  }

  /** Opens the repository and reads it once; later calls get the same answer. */
  start(): Promise<void> {
    this.#start ??= this.#openFirst(this.#run.signal);
    return this.#start;
  }

  /** Begins again, for another set of workspace folders. */
  async restart(): Promise<void> {
    this.#close();
    this.#start = undefined;
    await this.start();
  }

  /** Reads the repository again; opens it if that did not succeed before. */
  async refresh(): Promise<void> {
    if (this.#current === undefined) await this.restart();
    else await this.#read(this.#current);
  }

  /** Tells the views that something outside the overview changed (trust, settings). */
  touch(): void {
    this.#changed.fire(everything);
  }

  dispose(): void {
    this.#close();
    this.#changed.dispose();
    this.#opened.dispose();
  }

  async #openFirst(signal: AbortSignal): Promise<void> {
    const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
    this.#show(folders.length === 0 ? 'no-folder' : 'opening');
    for (const { uri } of folders) {
      const opened = await this.#tryOpen(uri.fsPath, signal);
      if (signal.aborted) {
        opened?.dispose();
        return;
      }
      if (opened === undefined) continue;
      await this.#take(opened);
      return;
    }
    if (folders.length > 0 && this.#stage !== 'failed') this.#show('no-repository');
  }

  async #tryOpen(folder: string, signal: AbortSignal): Promise<OpenRepository | undefined> {
    try {
      return await this.#open(folder, signal);
    } catch (error) {
      const isExpected = isAbort(error) || (error instanceof UserError && error.code === 'no-repository');
      if (!isExpected && !signal.aborted) this.#fail(error);
      return undefined;
    }
  }

  async #take(opened: OpenRepository): Promise<void> {
    this.#current = opened;
    this.#listening = opened.overview.onDidChange((change) => {
      this.#changed.fire(change);
    });
    this.#opened.fire(opened);
    this.#changed.fire(everything);
    await this.#read(opened);
  }

  async #read({ readPolicyFolders }: OpenRepository): Promise<void> {
    try {
      // The repository's own reading follows; a file of another folder may have changed as well.
      await readPolicyFolders();
    } catch (error) {
      if (isAbort(error)) return;
      this.#log.error(messageOf(error));
      void vscode.window.showErrorMessage(messageOf(error));
    }
  }

  #fail(error: unknown): void {
    this.#log.error(messageOf(error));
    this.#show('failed', messageOf(error));
  }

  #show(stage: Exclude<Stage, 'loading' | 'no-apps' | 'ready'>, trouble?: string): void {
    this.#stage = stage;
    this.#trouble = trouble;
    this.#changed.fire(everything);
  }

  #close(): void {
    this.#run.abort();
    this.#run = new AbortController();
    this.#listening?.dispose();
    this.#listening = undefined;
    this.#current?.dispose();
    this.#current = undefined;
  }
}

function stageOf({ phase, apps, problems, clusters }: OverviewState): Stage {
  if (phase === 'loading') return 'loading';
  return apps.length === 0 && problems.length === 0 && clusters.length === 0 ? 'no-apps' : 'ready';
}

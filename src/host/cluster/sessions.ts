import * as vscode from 'vscode';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import type { ClusterConnection, ClusterConnector, Clock, ContextInfo, Log } from '../../core/ports.ts';
import { chosenContexts, onSetting } from '../settings.ts';
import { Lifetime } from '../lifetime.ts';
import type { OpenRepository, RepositorySession } from '../workspace/repositorySession.ts';

/** Makes the cluster client; heavy, so called on the first connection only. */
export type LoadConnector = () => Promise<ClusterConnector>;

/** Milliseconds between attempts to reach a server that does not answer. */
const firstRetry = 5_000;
const longestRetry = 60_000;

/** What one context is at. */
interface Session {
  readonly ended: AbortController;
  connection?: ClusterConnection | undefined;
}

/**
 * The clusters under the picture: exactly the contexts that the workspace's setting names. Nothing is contacted before
 * that setting exists or a person connects, and the kubeconfig's current context is neither used nor changed.
 */
export class ClusterSessions {
  readonly #repository: RepositorySession;
  readonly #load: LoadConnector;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #life = new Lifetime();
  readonly #sessions = new Map<string, Session>();
  #connector: Promise<ClusterConnector> | undefined;

  constructor(repository: RepositorySession, load: LoadConnector, clock: Clock, log: Log) {
    this.#repository = repository;
    this.#load = load;
    this.#clock = clock;
    this.#log = log;
    const follow = (): void => {
      this.#followSetting();
    };
    this.#life.own(
      repository.onDidOpen(() => {
        this.disconnectAll();
        follow();
      }),
    );
    this.#life.own(onSetting(['contexts'], follow));
    this.#life.own(
      onSetting(['kubeconfig'], () => {
        this.#forgetConnector();
        follow();
      }),
    );
    this.#life.own(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#forgetConnector();
        repository.touch();
        follow();
      }),
    );
  }

  /** The connection of a context, once there is one. */
  connection(context: string): ClusterConnection | undefined {
    return this.#sessions.get(context)?.connection;
  }

  /** Contexts that are connected or being connected. */
  get contexts(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  /** The kubeconfig's contexts. Throws `UserError` `kubeconfig-invalid`. */
  async listContexts(): Promise<readonly ContextInfo[]> {
    return (await this.#connectorOnce()).listContexts();
  }

  /** Connects what is new among `contexts` and leaves what is not in it. */
  show(contexts: readonly string[]): void {
    const repository = this.#repository.current;
    if (repository === undefined) return;
    const wanted = new Set(contexts);
    for (const context of this.contexts) if (!wanted.has(context)) this.#disconnect(context);
    for (const context of wanted) if (!this.#sessions.has(context)) void this.#connect(context, repository);
  }

  /** Tries a context again that is offline, or follows it anew. */
  reconnect(context: string): void {
    const kept = this.contexts;
    this.#disconnect(context);
    this.show([...kept, context]);
  }

  disconnectAll(): void {
    for (const context of this.contexts) this.#disconnect(context);
  }

  dispose(): void {
    this.disconnectAll();
    this.#life.dispose();
  }

  #followSetting(): void {
    if (vscode.workspace.isTrusted) this.show(chosenContexts() ?? []);
  }

  async #connect(context: string, { overview }: OpenRepository): Promise<void> {
    const session: Session = { ended: new AbortController() };
    const { signal } = session.ended;
    this.#sessions.set(context, session);
    overview.reportCluster(context, { kind: 'connecting' });
    try {
      const connection = await this.#connectPatiently(context, overview, signal);
      if (signal.aborted) {
        connection.close();
        return;
      }
      session.connection = connection;
      overview.attach(context, connection);
      this.#log.info(`Connected to ${context}.`);
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#reportOffline(context, overview, error);
    }
  }

  /** Tries again, ever more slowly, while the server does not answer; what a person must mend first is thrown. */
  async #connectPatiently(context: string, overview: OverviewApi, signal: AbortSignal): Promise<ClusterConnection> {
    for (let wait = firstRetry; ; wait = Math.min(wait * 2, longestRetry)) {
      try {
        const connector = await this.#connectorOnce();
        return await connector.connect(context, signal, (program) => {
          if (!signal.aborted) this.#reportProgram(context, overview, program);
        });
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error;
        this.#reportOffline(context, overview, error);
      }
      await this.#clock.delay(wait, signal);
    }
  }

  /** A login may run out while the cluster is connected; what was read before stays under the picture. */
  #reportProgram(context: string, overview: OverviewApi, program: string | undefined): void {
    const without = this.connection(context) === undefined ? ({ kind: 'connecting' } as const) : undefined;
    overview.reportCluster(context, program === undefined ? without : { kind: 'waiting', program });
  }

  #reportOffline(context: string, overview: OverviewApi, error: unknown): void {
    this.#log.warn(`${context}: ${messageOf(error)}`);
    overview.reportCluster(context, { kind: 'offline', message: messageOf(error) });
  }

  #disconnect(context: string): void {
    const session = this.#sessions.get(context);
    if (session === undefined) return;
    this.#sessions.delete(context);
    session.ended.abort();
    // The overview closes the connection that it was given.
    this.#repository.current?.overview.attach(context, undefined);
  }

  #forgetConnector(): void {
    this.disconnectAll();
    this.#connector = undefined;
  }

  async #connectorOnce(): Promise<ClusterConnector> {
    this.#connector ??= this.#load();
    try {
      return await this.#connector;
    } catch (error) {
      this.#connector = undefined;
      throw error;
    }
  }
}

/** Whether time alone may mend it: no answer, or one of a server that is busy, failing or being exchanged. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof UserError)) return false;
  const status = Number(error.data.status);
  return error.code === 'cluster-unreachable' || (error.code === 'cluster-failed' && (status === 429 || status >= 500));
}

import type { LogOutputChannel } from 'vscode';
import type { AppId } from '../../core/model/app.ts';
import type { Clock } from '../../core/ports.ts';
import type { LoadText } from '../documents/objectDocuments.ts';
import type { ClusterSessions } from '../cluster/sessions.ts';
import type { AppsTree } from '../views/appsTree.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';

/** What commands work with. */
export interface CommandDeps {
  readonly session: RepositorySession;
  readonly sessions: ClusterSessions;
  readonly tree: AppsTree;
  readonly output: LogOutputChannel;
  readonly clock: Clock;
  /** Writes documents; loaded when the first one is shown. */
  readonly loadTexts: LoadText;
  /** Opens the Change & Sync panel of an app. */
  readonly openPanel: (app: AppId) => Promise<void>;
}

/** Carries out a command. `argument` is what a menu hands over: a row's id from the tree, a URI from an editor, or nothing. */
export type CommandHandler = (deps: CommandDeps, argument: unknown) => Promise<void>;

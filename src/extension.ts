import * as vscode from 'vscode';
import { createSecretHasher } from './adapters/cluster/secretHasher.ts';
import { systemClock } from './adapters/cluster/systemClock.ts';
import type { OverviewApi } from './core/overview/api.ts';
import type { ClusterConnection, ClusterConnector, SecretHasher } from './core/ports.ts';
import { ClusterSessions } from './host/cluster/sessions.ts';
import { compareObject } from './host/commands/documentCommands.ts';
import { registerCommands } from './host/commands/registerCommands.ts';
import { ContextKeys } from './host/contextKeys.ts';
import { DiagnosticsPublisher } from './host/diagnostics/diagnosticsPublisher.ts';
import { DecisionHover } from './host/diagnostics/decisionHover.ts';
import { LightBulb } from './host/diagnostics/lightBulb.ts';
import { ObjectDocuments } from './host/documents/objectDocuments.ts';
import { Lifetime } from './host/lifetime.ts';
import { PanelController } from './host/panel/panelController.ts';
import { kubeconfigPath, kubeVersion, onSetting, policySources } from './host/settings.ts';
import { StatusBar } from './host/statusBar.ts';
import { AppsTree } from './host/views/appsTree.ts';
import { RepositorySession } from './host/workspace/repositorySession.ts';
import type { OpenRepository } from './host/workspace/repositorySession.ts';
import { RepositoryStarter } from './host/workspace/repositoryStarter.ts';

/** What tests and other extensions get. */
export interface PlumblineExports {
  /** The picture of the window's repository; absent until one is open. */
  readonly overview: OverviewApi | undefined;
  /** The connection of a context, once there is one. */
  connection(context: string): ClusterConnection | undefined;
}

/** Builds, wires and registers; reads nothing and starts nothing, which is left to `RepositoryStarter`. */
export function activate({ extensionUri, globalStorageUri, subscriptions }: vscode.ExtensionContext): PlumblineExports {
  const life = new Lifetime();
  subscriptions.push(life);
  const output = life.own(vscode.window.createOutputChannel('Plumbline', { log: true }));
  const hasher = createSecretHasher();
  const parts: Parts = { extensionUri, globalStorageUri, hasher, output };
  const session = life.own(new RepositorySession((folder, signal) => openRepository(folder, signal, parts), output));
  const sessions = life.own(new ClusterSessions(session, () => loadConnector(parts), systemClock, output));
  const tree = life.own(new AppsTree(session, systemClock));
  const panels = life.own(
    new PanelController({
      extensionUri,
      repository: async () => {
        await session.start();
        return session.current;
      },
      connectionOf: (context) => sessions.connection(context),
      compare: (before, after) => session.current?.compare(before, after) ?? [],
      acceptanceOf: (difference) => session.current?.acceptanceOf(difference),
      compareWithCluster: (app, object) => compareObject(session, app, object),
      clock: systemClock,
      log: output,
      t: vscode.l10n.t,
    }),
  );
  life.own(new ContextKeys(session));
  life.own(new StatusBar(session));
  life.own(new ObjectDocuments(session, hasher, () => import('./repository.ts')));
  life.own(new DiagnosticsPublisher(session, vscode.Uri.joinPath(extensionUri, 'docs', 'findings.md')));
  life.own(new LightBulb(session));
  life.own(new DecisionHover(session, systemClock, output));
  life.own(new RepositoryStarter(session));
  life.own(onSetting(['kubeVersion'], () => void session.refresh()));
  life.own(
    onSetting(['policies'], () => {
      void session.refresh();
    }),
  );
  life.own(
    registerCommands({
      session,
      sessions,
      tree,
      output,
      clock: systemClock,
      loadTexts: () => import('./repository.ts'),
      openPanel: (app) => panels.open(app),
    }),
  );
  return {
    get overview() {
      return session.current?.overview;
    },
    connection: (context) => sessions.connection(context),
  };
}

interface Parts {
  readonly extensionUri: vscode.Uri;
  readonly globalStorageUri: vscode.Uri;
  readonly hasher: SecretHasher;
  readonly output: vscode.LogOutputChannel;
}

async function openRepository(folder: string, signal: AbortSignal, parts: Parts): Promise<OpenRepository> {
  const { openAt } = await import('./repository.ts');
  const { extensionUri, globalStorageUri, hasher, output } = parts;
  const inDist = (...names: readonly string[]): string => vscode.Uri.joinPath(extensionUri, 'dist', ...names).fsPath;
  const engine = { worker: inDist('engineWorker.cjs'), modules: inDist('engine') };
  const policies = { usesClusters: () => policySources().usesClusters, folders: () => policySources().folders };
  return openAt(folder, signal, {
    engine,
    hasher,
    log: output,
    fetched: vscode.Uri.joinPath(globalStorageUri, 'fetched').fsPath,
    allowExec: () => vscode.workspace.isTrusted,
    kubeVersion,
    policies,
  });
}

async function loadConnector({ globalStorageUri, hasher, output }: Parts): Promise<ClusterConnector> {
  const { createConnector } = await import('./adapters/cluster/clusterBundle.ts');
  return createConnector({
    kubeconfig: kubeconfigPath(),
    hasher,
    log: output,
    cache: vscode.Uri.joinPath(globalStorageUri, 'clusters').fsPath,
    // Asked at each use: trust can be granted while the window is open.
    allowExec: () => vscode.workspace.isTrusted,
  });
}

import * as vscode from 'vscode';
import type { ContextInfo } from '../../core/ports.ts';
import { chosenContexts, saveContexts } from '../settings.ts';
import type { CommandDeps } from './commandDeps.ts';
import { clickedTarget, openRepository } from './pickApp.ts';

/** Adds one context to the workspace and connects it. */
export async function connectCluster(deps: CommandDeps): Promise<void> {
  if (!(await canConnect(deps))) return;
  const chosen = chosenContexts() ?? [];
  const offered = (await readContexts(deps)).filter(({ name }) => !chosen.includes(name));
  if (offered.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The kubeconfig has no other context. Set KUBECONFIG or plumbline.kubeconfig to use another file.'),
    );
    return;
  }
  const choice = await vscode.window.showQuickPick(offered.map(contextItem), {
    title: vscode.l10n.t('Connect a Cluster'),
    placeHolder: vscode.l10n.t('Context to show in this workspace; the current context of kubectl stays as it is'),
    matchOnDescription: true,
  });
  if (choice !== undefined) await pin(deps, [...chosen, choice.label]);
}

/** Chooses all contexts of the workspace at once. */
export async function selectContexts(deps: CommandDeps): Promise<void> {
  if (!(await canConnect(deps))) return;
  const chosen = new Set(chosenContexts());
  const items = (await readContexts(deps)).map((info) => ({ ...contextItem(info), picked: chosen.has(info.name) }));
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Contexts of This Workspace'),
    placeHolder: vscode.l10n.t('Clusters to show; nothing else is contacted'),
    canPickMany: true,
    matchOnDescription: true,
  });
  if (choice !== undefined)
    await pin(
      deps,
      choice.map(({ label }) => label),
    );
}

/** Takes a cluster out of the workspace. */
export async function disconnectCluster(deps: CommandDeps, argument: unknown): Promise<void> {
  const context = await pickConnected(deps, argument);
  if (context !== undefined)
    await pin(
      deps,
      deps.sessions.contexts.filter((name) => name !== context),
    );
}

/** Connects a cluster anew, after it was offline or credentials changed. */
export async function reconnectCluster(deps: CommandDeps, argument: unknown): Promise<void> {
  const context = await pickConnected(deps, argument);
  if (context !== undefined) deps.sessions.reconnect(context);
}

async function canConnect(deps: CommandDeps): Promise<boolean> {
  await openRepository(deps);
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const message = vscode.l10n.t(
    'Clusters are contacted only from trusted workspaces, because a kubeconfig can run programs.',
  );
  if ((await vscode.window.showWarningMessage(message, manage)) === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
  return false;
}

async function readContexts({ sessions }: CommandDeps): Promise<readonly ContextInfo[]> {
  return vscode.window.withProgress({ location: { viewId: 'plumbline.apps' } }, () => sessions.listContexts());
}

/** The sessions follow the setting; they are told as well, so that an unwritable setting does not stop the connection. */
async function pin({ sessions, session, output }: CommandDeps, contexts: readonly string[]): Promise<void> {
  sessions.show(contexts);
  try {
    await saveContexts(contexts);
  } catch (error) {
    output.warn(`plumbline.contexts: ${String(error)}`);
  }
  session.touch();
}

async function pickConnected(deps: CommandDeps, argument: unknown): Promise<string | undefined> {
  const target = clickedTarget(deps, argument);
  if (target?.kind === 'cluster') return target.context;
  const { contexts } = deps.sessions;
  if (contexts.length < 2) return contexts[0];
  return vscode.window.showQuickPick([...contexts], { placeHolder: vscode.l10n.t('Which cluster?') });
}

function contextItem({ name, server, namespace, isCurrent }: ContextInfo): vscode.QuickPickItem {
  const notes = [
    namespace === undefined ? undefined : vscode.l10n.t('namespace {0}', namespace),
    isCurrent ? vscode.l10n.t('current context of kubectl') : undefined,
  ].filter((note) => note !== undefined);
  return { label: name, description: server, ...(notes.length === 0 ? {} : { detail: notes.join(' · ') }) };
}

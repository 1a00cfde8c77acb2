import * as vscode from 'vscode';
import { UserError } from '../../core/model/userError.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { SyncPlan } from '../../core/sync/syncPlan.ts';
import { confirmWrite } from '../confirmWrite.ts';
import { planSync } from '../panel/planSync.ts';
import { followHealth, followPlan } from '../panel/panelRun.ts';
import type { FollowInput } from '../panel/panelRun.ts';
import { differenceCount } from '../views/appWords.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { openRepository, pickReconciledApp } from './pickApp.ts';
import { connectionFor, sendAndFollow } from './planRun.ts';

/** Asks an app's reconciler to apply what Git has now, after a confirmation, and follows it until it is healthy. */
export async function syncApp(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const state = await pickReconciledApp(deps, argument);
  if (state === undefined) return;
  const plan = planOf(deps, state, repository);
  const connection = connectionFor(deps, plan);
  const detail = confirmationDetail(state, plan, repository);
  if (!(await confirmWrite({ title: plan.summary, detail, action: vscode.l10n.t('Sync') }))) return;
  const { app } = state;
  const input = { app, plan, overview: repository.overview };
  const title = vscode.l10n.t('Syncing {0}', app.name);
  const ended = await sendAndFollow(deps, { title, input, connection, follow });
  if (ended === 'cancelled') {
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is not followed any more; the sync goes on.', app.name), 6000);
    return;
  }
  const health = ended.word ?? 'Unknown';
  deps.output.info(`${plan.summary}: ${health}.`);
  vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is synced: {1}.', app.name, health), 6000);
}

/** `UserError` says why there is nothing to plan: no cluster, no reconciler, or the cluster does not hold the app. */
function planOf({ clock }: CommandDeps, { app, context }: AppState, { overview }: OpenRepository): SyncPlan {
  const t = vscode.l10n.t;
  if (app.namespace === undefined) {
    throw new UserError('usage', t('No reconciler manages {0}, so there is nothing to sync.', app.name));
  }
  if (context === undefined) {
    throw new UserError('usage', t('No connected cluster runs {0}. Connect its cluster first.', app.name));
  }
  const ticket = { app: app.id, context, token: clock.now().toISOString() };
  return planSync(app, overview, undefined, ticket, t);
}

/** Names what the write touches, what it will change, and what it leaves out. */
function confirmationDetail({ app, differences }: AppState, plan: SyncPlan, { overview }: OpenRepository): string {
  const restored = differences.filter(({ origin }) => origin === 'drift' || origin === 'unsynced').length;
  const waiting = differences.filter(({ origin }) => origin === 'uncommitted' || origin === 'unpushed').length;
  const { repo } = overview.state;
  const lines = [
    vscode.l10n.t('Context: {0}', plan.context),
    vscode.l10n.t('Namespace: {0}', app.destination.namespace ?? vscode.l10n.t('as the manifests declare')),
    vscode.l10n.t('App: {0} {1}/{2}', plan.target.kind, plan.target.namespace, plan.target.name),
    ...plan.steps.map(({ title }, index) => `${index + 1}. ${title}`),
    restored > 0
      ? vscode.l10n.t('Brings the cluster back to Git: {0}.', differenceCount(restored, vscode.l10n.t))
      : undefined,
    waiting > 0
      ? vscode.l10n.t(
          'Not part of it, because the remote does not have it: {0}.',
          differenceCount(waiting, vscode.l10n.t),
        )
      : undefined,
    repo?.upstream === undefined ? undefined : vscode.l10n.t('Upstream: {0}', repo.upstream.name),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

async function follow(input: FollowInput, signal: AbortSignal): Promise<string | undefined> {
  await followPlan(input, signal);
  return followHealth(input, signal);
}

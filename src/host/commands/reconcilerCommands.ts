import * as vscode from 'vscode';
import { shortRevision } from '../../core/model/words.ts';
import { UserError } from '../../core/model/userError.ts';
import { planAct, whyUnfit } from '../../core/sync/reconcilerActs.ts';
import type { ReconcilerAct } from '../../core/sync/reconcilerActs.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { SyncPlan } from '../../core/sync/syncPlan.ts';
import { confirmWrite } from '../confirmWrite.ts';
import { followPlan } from '../panel/panelRun.ts';
import { reconcilerObjects } from '../panel/planSync.ts';
import type { CommandDeps } from './commandDeps.ts';
import { openRepository, pickFittingApp } from './pickApp.ts';
import { connectionFor, sendAndFollow } from './planRun.ts';

/** Asks an app's reconciler for something beside a sync: after a confirmation, followed until it is done, and told. */
export async function askReconciler(deps: CommandDeps, act: ReconcilerAct, argument: unknown): Promise<void> {
  const { overview } = await openRepository(deps);
  const state = await pickFittingApp(deps, argument, (each) => whyUnfit(act, each) === undefined);
  if (state === undefined) return;
  const { app, context } = state;
  const why = whyUnfit(act, state);
  if (why !== undefined || context === undefined) throw new UserError('usage', why ?? app.name);
  const ticket = { app: app.id, context, token: deps.clock.now().toISOString() };
  const plan = planAct(act, reconcilerObjects(app, overview, context, vscode.l10n.t), ticket);
  const connection = connectionFor(deps, plan);
  const action = actionWords(act);
  if (!(await confirmWrite({ title: plan.summary, detail: detailOf(state, plan, act), action }))) return;
  const title = `${action}: ${app.name}`;
  const ended = await sendAndFollow(deps, { title, input: { app, plan, overview }, connection, follow: followPlan });
  if (ended === 'cancelled') {
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is not followed any more.', app.name), 6000);
    return;
  }
  deps.output.info(`${plan.summary}: done.`);
  vscode.window.setStatusBarMessage(vscode.l10n.t('{0}: done for {1}.', action, app.name), 6000);
}

/** The word on the button of the confirmation. */
function actionWords(act: ReconcilerAct): string {
  const words: Readonly<Record<ReconcilerAct, string>> = {
    refresh: vscode.l10n.t('Compare Again'),
    'hard-refresh': vscode.l10n.t('Hard Refresh'),
    terminate: vscode.l10n.t('Terminate Sync'),
    suspend: vscode.l10n.t('Suspend'),
    resume: vscode.l10n.t('Resume'),
    force: vscode.l10n.t('Force Upgrade'),
    reset: vscode.l10n.t('Reset Failures'),
  };
  return words[act];
}

/** What the act means for the app, beside where it goes. */
function detailOf({ app, sync }: AppState, { context, target, steps }: SyncPlan, act: ReconcilerAct): string {
  const means: Readonly<Record<ReconcilerAct, string | undefined>> = {
    refresh: undefined,
    'hard-refresh': vscode.l10n.t('Manifests are rendered anew, past the cache of Argo CD.'),
    terminate: vscode.l10n.t('What was applied so far stays applied.'),
    suspend: vscode.l10n.t('Until it is resumed, commits are not applied and drift is not mended.'),
    resume: vscode.l10n.t('What was committed meanwhile is applied, and drift is mended.'),
    force: vscode.l10n.t('Helm upgrades the release although neither chart nor values changed.'),
    reset: vscode.l10n.t('The release may fail as often again before helm-controller gives up.'),
  };
  const applied = sync.appliedRevision;
  const lines = [
    vscode.l10n.t('Context: {0}', context),
    vscode.l10n.t('Namespace: {0}', app.destination.namespace ?? vscode.l10n.t('as the manifests declare')),
    vscode.l10n.t('App: {0} {1}/{2}', target.kind, target.namespace, target.name),
    applied === undefined ? undefined : vscode.l10n.t('Applied: {0}', shortRevision(applied)),
    ...steps.map(({ title }, index) => `${String(index + 1)}. ${title}`),
    means[act],
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

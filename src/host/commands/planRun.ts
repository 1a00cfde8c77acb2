import * as vscode from 'vscode';
import { UserError } from '../../core/model/userError.ts';
import type { ClusterConnection } from '../../core/ports.ts';
import type { SyncPlan } from '../../core/sync/syncPlan.ts';
import type { FollowInput } from '../panel/panelRun.ts';
import { sendPlan } from '../panel/panelRun.ts';
import { untilCancelled } from '../untilCancelled.ts';
import type { CommandDeps } from './commandDeps.ts';

/** The connection that a plan's requests go to. `UserError` for what stands in the plan's way. */
export function connectionFor({ sessions }: CommandDeps, plan: SyncPlan): ClusterConnection {
  const [blocker] = plan.blockers;
  if (blocker !== undefined) throw new UserError(blocker.code, blocker.message);
  const connection = sessions.connection(plan.context);
  if (connection !== undefined) return connection;
  throw new UserError('cluster-unreachable', vscode.l10n.t('Cluster {0} is not connected.', plan.context));
}

/** A confirmed plan, and how it is followed to the word that is told in the end. */
export interface PlanRun {
  readonly title: string;
  readonly input: Omit<FollowInput, 'clock' | 't' | 'say'>;
  readonly connection: ClusterConnection;
  readonly follow: (input: FollowInput, signal: AbortSignal) => Promise<string | undefined>;
}

/** Sends a plan and follows it under a notification that can be cancelled; `cancelled` ends the following only. */
export async function sendAndFollow(
  deps: CommandDeps,
  { title, input, connection, follow }: PlanRun,
): Promise<{ readonly word: string | undefined } | 'cancelled'> {
  const { plan } = input;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const say = (message: string): void => {
      progress.report({ message });
    };
    const ended = await untilCancelled(async (signal) => {
      await sendPlan(plan, connection, signal);
      deps.output.info(`${plan.summary}: requested.`);
      return { word: await follow({ ...input, clock: deps.clock, t: vscode.l10n.t, say }, signal) };
    }, token);
    return ended ?? 'cancelled';
  });
}

import type { ReconcilerAct } from '../../core/sync/reconcilerActs.ts';
import { acceptLive } from './acceptLive.ts';
import { askServer } from './askServer.ts';
import { connectCluster, disconnectCluster, reconnectCluster, selectContexts } from './clusterCommands.ts';
import type { CommandHandler } from './commandDeps.ts';
import { compareWithCluster, openRow, showLive, showRendered } from './documentCommands.ts';
import { explainPolicy, fixPolicy, openPolicy, requestException } from './policyCommands.ts';
import { openManifest, openObjectSource, openSource } from './sourceCommands.ts';
import { changeAndSync, copyMarkdown, explainDifference, refresh, showOutput } from './windowCommands.ts';

/** Every command of the extension and what carries it out; package.json declares exactly these. */
export const commandTable = {
  'plumbline.connectCluster': connectCluster,
  'plumbline.disconnectCluster': disconnectCluster,
  'plumbline.reconnectCluster': reconnectCluster,
  'plumbline.selectContexts': selectContexts,
  'plumbline.refresh': refresh,
  'plumbline.compareWithCluster': compareWithCluster,
  'plumbline.askServer': askServer,
  'plumbline.showLive': showLive,
  'plumbline.showRendered': showRendered,
  'plumbline.openRow': openRow,
  'plumbline.openSource': openSource,
  'plumbline.openManifest': openManifest,
  'plumbline.openObjectSource': openObjectSource,
  'plumbline.acceptLive': acceptLive,
  'plumbline.sync': async (deps, argument) => (await import('../actBundle.ts')).syncApp(deps, argument),
  'plumbline.refreshApp': ask('refresh'),
  'plumbline.hardRefresh': ask('hard-refresh'),
  'plumbline.terminateSync': ask('terminate'),
  'plumbline.suspend': ask('suspend'),
  'plumbline.resume': ask('resume'),
  'plumbline.forceRelease': ask('force'),
  'plumbline.resetRelease': ask('reset'),
  'plumbline.changeAndSync': changeAndSync,
  'plumbline.fetchSources': async (deps) => (await import('../actBundle.ts')).fetchSources(deps),
  'plumbline.copyMarkdown': copyMarkdown,
  'plumbline.explainDifference': explainDifference,
  'plumbline.openPolicy': openPolicy,
  'plumbline.explainPolicy': explainPolicy,
  'plumbline.fixPolicy': fixPolicy,
  'plumbline.requestException': requestException,
  'plumbline.showOutput': showOutput,
} as const satisfies Readonly<Record<string, CommandHandler>>;

/** Asks a reconciler for something beside a sync; the code for it is loaded with the first act. */
function ask(act: ReconcilerAct): CommandHandler {
  return async (deps, argument) => (await import('../actBundle.ts')).askReconciler(deps, act, argument);
}

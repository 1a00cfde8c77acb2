import { acceptLive } from './acceptLive.ts';
import { askServer } from './askServer.ts';
import { connectCluster, disconnectCluster, reconnectCluster, selectContexts } from './clusterCommands.ts';
import type { CommandHandler } from './commandDeps.ts';
import { compareWithCluster, openRow, showLive, showRendered } from './documentCommands.ts';
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
  'plumbline.changeAndSync': changeAndSync,
  'plumbline.copyMarkdown': copyMarkdown,
  'plumbline.explainDifference': explainDifference,
  'plumbline.showOutput': showOutput,
} as const satisfies Readonly<Record<string, CommandHandler>>;

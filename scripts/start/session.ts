import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleAll } from '../build/bundle.ts';
import { ensureEngine } from '../build/engine.ts';
import type { VsCodeServer } from '../editor/vscodeServer.ts';
import { ensureVsCodeServer, startVsCodeServer } from '../editor/vscodeServer.ts';
import { workbenchUrl } from '../editor/workbench.ts';
import { messageOf } from '../../src/core/model/userError.ts';
import { examples } from '../lab/examples/examples.ts';
import { labKubeconfig, startLab } from '../lab/lab.ts';
import { projectRoot } from '../lab/projectPaths.ts';
import type { ScratchRepository } from '../lab/repository.ts';
import { startRepository } from '../lab/repository.ts';
import type { StartChoice } from './arguments.ts';
import { Cleanups } from './cleanups.ts';
import { openInBrowser } from './openInBrowser.ts';
import { writeFolderSettings, writeWorkspaceFile } from './workspaceSettings.ts';

/** What a session needs of its surroundings. */
export interface SessionContext {
  readonly choice: StartChoice;
  readonly progress: (line: string) => void;
  /** Fires when the person wants to end. */
  readonly signal: AbortSignal;
}

/** Everything the workbench shows, built or installed; the long parts side by side. */
async function prepare({ progress, signal }: SessionContext): Promise<void> {
  const build = async (): Promise<void> => {
    progress('extension: bundling …');
    await bundleAll({ production: false });
    await ensureEngine(progress);
  };
  await Promise.all([build(), ensureVsCodeServer(progress, signal)]);
}

/** Where a session keeps its files, and what must be ended with it. */
interface Room {
  readonly scratch: string;
  readonly cleanups: Cleanups;
}

/** What the editor opens, and the kubeconfig it sees. */
interface Opened {
  readonly folder?: string;
  readonly workspaceFile?: string;
  readonly kubeconfig: string | undefined;
  readonly isTrusted: boolean;
}

async function openEditor(
  { choice, progress }: SessionContext,
  { kubeconfig, isTrusted, ...opened }: Opened,
  room: Room,
): Promise<VsCodeServer> {
  progress('editor: starting VS Code …');
  const server = await startVsCodeServer(
    {
      dataDir: path.join(room.scratch, 'vscode'),
      port: choice.port,
      isTrusted,
      ...(kubeconfig === undefined ? {} : { env: { KUBECONFIG: kubeconfig } }),
    },
    progress,
  );
  room.cleanups.add(() => server.stop());
  const url = workbenchUrl(server, { ...opened, extensionPath: projectRoot });
  progress(`\nOpen this address (Ctrl-C here ends everything):\n\n  ${url}\n`);
  if (choice.isOpened) openInBrowser(url);
  return server;
}

/** A person's own repository and cluster: nothing of either is changed by starting. */
async function openOwn(context: SessionContext, folder: string, room: Room): Promise<VsCodeServer> {
  const { kubeconfig, context: clusterContext } = context.choice;
  const settings = clusterContext === undefined ? {} : { 'plumbline.contexts': [clusterContext] };
  const workspaceFile = path.join(room.scratch, `${path.basename(folder)}.code-workspace`);
  await writeWorkspaceFile(workspaceFile, folder, settings);
  return openEditor(context, { workspaceFile, kubeconfig, isTrusted: false }, room);
}

/** The example: the editor first, then a cluster of its own, which the editor connects to once it is there. */
async function openExample(context: SessionContext, room: Room): Promise<VsCodeServer> {
  const { progress, signal } = context;
  const dir = path.join(room.scratch, 'lab');
  const repository = await startRepository(dir, examples[context.choice.example]);
  room.cleanups.add(() => repository.stop());
  const opened = { folder: repository.workdir, kubeconfig: labKubeconfig(dir), isTrusted: true };
  const server = await openEditor(context, opened, room);
  progress('cluster: VS Code shows the Git-only state until it is ready …');
  await addCluster(context, dir, repository, room).catch((error: unknown) => {
    signal.throwIfAborted();
    progress(`cluster: ${messageOf(error)}`);
    progress('cluster: none then; VS Code stays open with what Git declares');
  });
  return server;
}

async function addCluster(
  { choice, progress, signal }: SessionContext,
  dir: string,
  repository: ScratchRepository,
  room: Room,
): Promise<void> {
  const say = (line: string): void => {
    progress(`cluster: ${line}`);
  };
  const lab = await startLab({ dir, repository, reconcilers: choice.reconcilers, signal, progress: say });
  room.cleanups.add(() => lab.stop());
  for (const { what, manager } of await lab.makeDrift()) say(`made drift as ${manager}: ${what}`);
  await writeFolderSettings(repository.workdir, { 'plumbline.contexts': [lab.context] });
  say(`ready as context ${lab.context}; VS Code connects to it now`);
}

/** Resolves when the person wants to end. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Runs until the signal fires or the editor ends by itself; afterwards nothing of it is left. */
export async function runSession(context: SessionContext): Promise<void> {
  const { choice, progress, signal } = context;
  const cleanups = new Cleanups();
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-start-'));
  cleanups.add(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const room = { scratch, cleanups };
  const work = async (): Promise<void> => {
    await prepare(context);
    signal.throwIfAborted();
    const server =
      choice.folder === undefined ? await openExample(context, room) : await openOwn(context, choice.folder, room);
    await server.ended;
    if (!signal.aborted) progress(`editor: VS Code's server has ended by itself (log: ${server.logFile})`);
  };
  const working = work();
  try {
    await Promise.race([working, untilAborted(signal)]);
  } finally {
    await cleanups.run();
    // What was being started when the signal fired notices it, and is ended too.
    await working.catch(() => undefined);
    await cleanups.run();
  }
}

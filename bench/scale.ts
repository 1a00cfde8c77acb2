import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createConnector } from '../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../src/adapters/cluster/secretHasher.ts';
import { systemClock } from '../src/adapters/cluster/systemClock.ts';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { openRepository } from '../src/adapters/git/gitBundle.ts';
import { Overview } from '../src/core/overview/overview.ts';
import type { ClusterConnection, Log } from '../src/core/ports.ts';
import { startControlPlane } from '../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../scripts/lab/controlPlane.ts';
import { ensureBinaries } from '../scripts/lab/goBinaries.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { run } from '../scripts/lab/run.ts';
import { startDelayProxy } from './delayProxy.ts';
import type { DelayProxy } from './delayProxy.ts';
import type { Row } from './row.ts';
import { measured, notMeasured, observed } from './row.ts';
import { appObjects, appWorkloads, createAll, writeApps } from './scaleObjects.ts';

/** Milliseconds of one round trip. */
const distances = [0, 30, 100] as const;

/** Objects, in apps of ten; kubectl is measured on the smallest, since it asks for each object by itself. */
const sizes = [100, 1000, 5000] as const;

/** What docs/architecture.md states a bound for. */
const bounded = { size: 1000, distance: 30 } as const;

const quiet: Log = { info: () => undefined, warn: console.error, error: console.error };

/** The control plane's kubeconfig with its server behind the wire. */
async function kubeconfigAt(plane: ControlPlane, folder: string, port: number): Promise<string> {
  const text = await readFile(plane.kubeconfig, 'utf8');
  const file = path.join(folder, `kubeconfig-${String(port)}`);
  await writeFile(file, text.replaceAll(plane.server, `https://127.0.0.1:${String(port)}`));
  return file;
}

interface Cluster {
  readonly kubeconfig: string;
  readonly context: string;
}

interface FirstView {
  readonly milliseconds: number;
  readonly compared: number;
  readonly differing: number;
  /** Bytes on the heap and in buffers beyond those before the repository was opened, garbage collected. */
  readonly memory: number;
}

/** An overview of a repository, connected on demand. */
interface Seat {
  readonly overview: Overview;
  readonly connect: (signal: AbortSignal) => Promise<ClusterConnection>;
}

async function withOverview<T>(folder: string, cluster: Cluster, work: (seat: Seat) => Promise<T>): Promise<T> {
  const hasher = createSecretHasher();
  const worker = new URL('../src/adapters/engine/engineWorker.ts', import.meta.url);
  const engine = new EnginePool({ worker, modules: path.join(projectRoot, 'dist/engine') });
  const { reader } = await openRepository(folder, patience());
  const deps = {
    repo: reader,
    engine,
    health: engine,
    hasher,
    clock: systemClock,
    log: quiet,
    comparesUnreconciled: true,
  };
  const overview = new Overview(deps);
  const connections: ClusterConnection[] = [];
  const { kubeconfig, context } = cluster;
  const connect = async (signal: AbortSignal): Promise<ClusterConnection> => {
    const connector = createConnector({ kubeconfig, allowExec: () => false, hasher, log: quiet });
    const connection = await connector.connect(context, signal);
    connections.push(connection);
    return connection;
  };
  try {
    return await work({ overview, connect });
  } finally {
    overview.dispose();
    engine.dispose();
    for (const connection of connections) connection.close();
  }
}

function patience(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

async function attach({ overview, connect }: Seat, { context }: Cluster): Promise<ClusterConnection> {
  const signal = patience();
  const [connection] = await Promise.all([connect(signal), overview.refresh()]);
  overview.attach(context, connection);
  await overview.whenSettled(signal);
  return connection;
}

/** Opens the repository, connects and waits until every object has its verdict. */
async function firstView(folder: string, cluster: Cluster): Promise<FirstView> {
  return withOverview(folder, cluster, async (seat) => {
    const before = usedMemory();
    const start = performance.now();
    await attach(seat, cluster);
    const milliseconds = performance.now() - start;
    const { apps } = seat.overview.state;
    const verdicts = apps.flatMap(({ resources }) => resources.map(({ diff }) => diff?.verdict));
    const compared = verdicts.filter((verdict) => verdict !== undefined && verdict !== 'unknown').length;
    const differing = verdicts.filter((verdict) => verdict === 'modified').length;
    return { milliseconds, compared, differing, memory: usedMemory() - before };
  });
}

/** Milliseconds from writing a field in the cluster to the state that shows it as a difference, several times. */
async function watchTimes(folder: string, cluster: Cluster): Promise<readonly number[]> {
  return withOverview(folder, cluster, async (seat) => {
    const connection = await attach(seat, cluster);
    const times: number[] = [];
    for (let round = 0; round < 9; round += 1) times.push(await watchTime(seat.overview, connection, `level-${round}`));
    return times.toSorted((one, other) => one - other);
  });
}

async function watchTime(overview: Overview, connection: ClusterConnection, level: string): Promise<number> {
  const isShown = (): boolean =>
    overview.state.apps.some(({ differences }) => differences.some(({ field }) => field?.live === level));
  const shown = new Promise<number>((resolve) => {
    const listening = overview.onDidChange(() => {
      if (!isShown()) return;
      listening.dispose();
      resolve(performance.now());
    });
  });
  const start = performance.now();
  const { status } = await connection.send(
    {
      method: 'PATCH',
      path: `/api/v1/namespaces/view-${String(bounded.size)}-0/configmaps/part-0`,
      contentType: 'application/merge-patch+json',
      body: { data: { LOG_LEVEL: level } },
    },
    patience(),
  );
  if (status >= 300) throw new Error(`the ConfigMap could not be changed: ${String(status)}`);
  return (await shown) - start;
}

function usedMemory(): number {
  setFlagsFromString('--expose-gc');
  // The flag makes `gc` a global of contexts that are new.
  runInNewContext('gc()');
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

interface Yard {
  readonly scratch: string;
  readonly kubectl: string;
  readonly plane: ControlPlane;
  /** A kubeconfig for each of the distances. */
  readonly kubeconfigs: ReadonlyMap<number, string>;
}

function folderOf({ scratch }: Yard, size: number): string {
  return path.join(scratch, `objects-${String(size)}`);
}

async function measureViews(yard: Yard, progress: (line: string) => void): Promise<readonly Row[]> {
  for (const size of sizes) {
    const all = appObjects(`view-${String(size)}`, size / 10);
    await writeApps(folderOf(yard, size), all);
    await createAll(yard.plane, all, quiet);
  }
  const rows: Row[] = [];
  for (const distance of distances) {
    progress(`bench: scale, ${String(distance)} ms away …`);
    const native = await kubectlSeconds(yard, distance);
    for (const size of sizes) rows.push(...(await measureView(yard, size, distance, native)));
  }
  return rows;
}

/** Seconds that `kubectl diff --server-side` takes for one object, over the smallest set. */
async function kubectlSeconds(yard: Yard, distance: number): Promise<number> {
  const { kubectl, kubeconfigs, plane } = yard;
  const far = ['--kubeconfig', kubeconfigs.get(distance) ?? '', '--context', plane.context];
  const start = performance.now();
  const { code, stderr } = await run(kubectl, [...far, 'diff', '--server-side', '-R', '-f', folderOf(yard, sizes[0])]);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  return (performance.now() - start) / 1000 / sizes[0];
}

async function measureView(yard: Yard, size: number, distance: number, native: number): Promise<readonly Row[]> {
  const views: FirstView[] = [];
  const cluster = { kubeconfig: yard.kubeconfigs.get(distance) ?? '', context: yard.plane.context };
  for (let round = 0; round < 3; round += 1) views.push(await firstView(folderOf(yard, size), cluster));
  const [best] = views.toSorted((one, other) => one.milliseconds - other.milliseconds);
  if (best === undefined || best.compared < size) throw new Error('not every object was compared');
  const seconds = best.milliseconds / 1000;
  const times = views.map((view) => (view.milliseconds / 1000).toFixed(2)).join(', ');
  const ratio = (native * size) / seconds;
  const what = `first view of ${String(best.compared)} objects, server ${String(distance)} ms away`;
  const remark = `least of ${times}; ${String(best.differing)} differ`;
  const against = `${what}, against kubectl diff`;
  const how = `kubectl diff --server-side: ${(native * 1000).toFixed(0)} ms an object, over ${String(sizes[0])}`;
  if (size !== bounded.size || distance !== bounded.distance) {
    return [observed(what, `${seconds.toFixed(2)} s`, remark), observed(against, `${ratio.toFixed(0)} x`, how)];
  }
  return [
    measured(what, seconds, 2, 's', remark),
    { what: against, bound: '>= 20 x', value: `${ratio.toFixed(0)} x`, isHeld: ratio >= 20, remark: how },
  ];
}

/** On the apps of `measureViews`. */
async function measureWatch(yard: Yard): Promise<readonly Row[]> {
  const times = await watchTimes(folderOf(yard, bounded.size), yard.plane);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const remark = `median of ${String(times.length)}, least ${(times[0] ?? 0).toFixed(0)}; the write itself included, redrawing not`;
  return [measured('watch event to tree', median, 200, 'ms', remark)];
}

async function measureMemory({ scratch, plane }: Yard): Promise<readonly Row[]> {
  const folder = path.join(scratch, 'ten-thousand');
  const all = appWorkloads('memory', 1000);
  await writeApps(folder, all);
  await createAll(plane, all, quiet);
  const view = await firstView(folder, plane);
  const what = `memory for ${view.compared.toLocaleString('en')} watched objects`;
  const remark = `workloads of three managers; heap and buffers after collection, desired and HEAD included; view after ${(view.milliseconds / 1000).toFixed(1)} s`;
  return [measured(what, view.memory / 1_000_000, 250, 'MB', remark)];
}

/** Against a real API server: the first complete view behind a slow wire, kubectl's on the same, and what watching takes. */
export async function measureScale(progress: (line: string) => void): Promise<readonly Row[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bench-'));
  try {
    const { kubectl } = await ensureBinaries(['kubectl'], progress);
    const plane = await startControlPlane({ dir: path.join(scratch, 'plane'), progress });
    const wires: DelayProxy[] = [];
    const kubeconfigs = new Map<number, string>();
    try {
      for (const distance of distances) {
        const wire = await startDelayProxy(new URL(plane.server), distance);
        wires.push(wire);
        kubeconfigs.set(distance, await kubeconfigAt(plane, scratch, wire.port));
      }
      const yard = { scratch, kubectl, plane, kubeconfigs };
      // First, while nothing of other views lies about that a collection could take away in between.
      const memory = await measureMemory(yard);
      const views = await measureViews(yard, progress);
      return [...views, ...(await measureWatch(yard)), ...memory];
    } finally {
      for (const wire of wires) wire.close();
      await plane.stop();
    }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [notMeasured('first view of 1,000 objects; memory for 10,000', '<= 2 s; <= 250 MB', why)];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startArgoCd } from './argocd.ts';
import { type ControlPlane, startControlPlane } from './controlPlane.ts';
import { type DriftStep, makeDrift } from './drift.ts';
import type { Applied, Example } from './examples/example.ts';
import { startFlux } from './flux.ts';
import { type BinaryName, ensureBinaries, type Progress } from './goBinaries.ts';
import { KubeApi } from './kubeApi.ts';
import { bindKubectl, type Kubectl } from './kubectl.ts';
import type { Reconciler, ReconcilerName } from './reconciler.ts';
import { type ScratchRepository, startRepository } from './repository.ts';
import { whenOneEnds } from './service.ts';
import {
  applicationApplied,
  applicationSettled,
  applicationThere,
  fluxSettled,
  listApplications,
  syncApplication,
} from './settle.ts';

/** What to start. `repository` takes one that is served already, for those who show it before the cluster is there. */
export interface LabOptions {
  readonly dir: string;
  readonly reconcilers: readonly ReconcilerName[];
  readonly progress?: Progress;
  readonly repository?: ScratchRepository;
  /** What is served where no `repository` is given; the storefront unless said. */
  readonly example?: Example;
  /** How long a pod takes to become ready, in milliseconds; long enough to watch a rollout when people look on. */
  readonly podStart?: number;
  readonly signal?: AbortSignal;
}

/** A real control plane whose reconcilers have applied the apps of a scratch repository. */
export interface Lab {
  readonly kubeconfig: string;
  readonly context: string;
  readonly remoteUrl: string;
  readonly workdir: string;
  readonly controlPlane: ControlPlane;
  readonly repository: ScratchRepository;
  readonly api: KubeApi;
  /** Runs kubectl as administrator and returns its output. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Changes live objects as other field managers and returns what was changed. */
  makeDrift(): Promise<readonly DriftStep[]>;
  /** Waits until every app runs the commit, by default the clone's HEAD; starts no sync. */
  settled(commit?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Names what a lab of these reconcilers needs built. */
function binariesFor(reconcilers: readonly ReconcilerName[]): readonly BinaryName[] {
  const perReconciler = { flux: ['kustomize-controller'], argocd: ['kustomize', 'argocd'] } as const;
  return ['control-plane', 'guard', 'kubectl', ...reconcilers.flatMap((name) => perReconciler[name])];
}

/** Where the kubeconfig of a lab in `dir` will be, known before the lab has started. */
export function labKubeconfig(dir: string): string {
  return join(dir, 'control-plane', 'kubeconfig');
}

type Cleanup = () => Promise<void>;

/** Starts everything and returns when every app is applied and healthy. A failure stops what had started. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanups: Cleanup[] = [];
  const stop = async (): Promise<void> => {
    // The other way round than started; one that fails must not keep the rest running.
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) await cleanup().catch(() => undefined);
  };
  try {
    return await start(options, cleanups, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: LabOptions, cleanups: Cleanup[], stop: Cleanup): Promise<Lab> {
  const { dir, reconcilers, progress = () => undefined, signal } = options;
  await mkdir(dir, { recursive: true });
  const repository = options.repository ?? (await startRepository(dir, options.example));
  const { applied, drift } = repository.example;
  if (!options.repository) cleanups.push(() => repository.stop());
  const binaries = await ensureBinaries(binariesFor(reconcilers), progress, signal);
  progress('Starting the control plane');
  const controlPlane = await startControlPlane({
    dir: join(dir, 'control-plane'),
    progress,
    ...(options.podStart === undefined ? {} : { podStart: options.podStart }),
    ...(signal ? { signal } : {}),
  });
  cleanups.push(() => controlPlane.stop());
  const api = new KubeApi(controlPlane);
  cleanups.push(() => {
    api.close();
    return Promise.resolve();
  });
  const kubectl = bindKubectl(binaries.kubectl, controlPlane);
  const running = await startReconcilers({ ...options, progress }, controlPlane, api, cleanups);
  await declareApps(kubectl, repository, reconcilers);
  const commitNow = (): Promise<string> => repository.git('rev-parse', 'HEAD');
  const settled = async (commit?: string): Promise<void> =>
    waitForApps(api, reconcilers, applied.argocd.waves, commit ?? (await commitNow()), signal);
  const synced = reconcilers.includes('argocd')
    ? syncWaves(api, applied.argocd.waves, await commitNow(), signal)
    : undefined;
  progress(`Waiting for ${reconcilers.join(' and ')} to apply the apps`);
  // A reconciler that dies says why at once, instead of leaving everybody waiting.
  await Promise.race([
    Promise.resolve(synced).then(() => settled()),
    whenOneEnds(running.flatMap((reconciler) => reconciler.services)),
  ]);
  progress('The cluster is ready');
  return {
    kubeconfig: controlPlane.kubeconfig,
    context: controlPlane.context,
    remoteUrl: repository.remoteUrl,
    workdir: repository.workdir,
    controlPlane,
    repository,
    api,
    kubectl: (...args) => kubectl(args),
    makeDrift: () => makeDrift(kubectl, drift, reconcilers),
    settled,
    stop,
  };
}

const starters = { flux: startFlux, argocd: startArgoCd } as const;

async function startReconcilers(
  { dir, reconcilers, progress = () => undefined, signal }: LabOptions,
  controlPlane: ControlPlane,
  api: KubeApi,
  cleanups: Cleanup[],
): Promise<readonly Reconciler[]> {
  const outcomes = await Promise.allSettled(
    reconcilers.map((name) => starters[name]({ controlPlane, api, dir: join(dir, name), progress, signal })),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') cleanups.push(() => outcome.value.stop());
  }
  // Only now, so that the ones that did start are stopped as well.
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

async function declareApps(
  kubectl: Kubectl,
  repository: ScratchRepository,
  reconcilers: readonly ReconcilerName[],
): Promise<void> {
  for (const name of reconcilers) {
    const files = repository.example.applied[name].paths.map((each) => `--filename=${join(repository.workdir, each)}`);
    await kubectl(['apply', '--server-side', '--field-manager=platform-team', ...files]);
  }
}

/** Syncs all Applications, or group after group, each once the one before is applied: it brings the next one's. */
async function syncWaves(
  api: KubeApi,
  waves: Applied['waves'],
  commit: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const names of waves ?? [await listApplications(api)]) {
    for (const name of names) {
      await applicationThere(api, name, signal);
      await syncApplication(api, name, commit);
    }
    if (waves !== undefined) for (const name of names) await applicationApplied(api, name, commit, signal);
  }
}

async function waitForApps(
  api: KubeApi,
  reconcilers: readonly ReconcilerName[],
  waves: Applied['waves'],
  commit: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waits: Promise<void>[] = [];
  if (reconcilers.includes('flux')) waits.push(fluxSettled(api, `main@sha1:${commit}`, signal));
  if (reconcilers.includes('argocd')) {
    // Not everything in an example with waves can become healthy here.
    const settles = waves === undefined ? applicationSettled : applicationApplied;
    for (const name of waves?.flat() ?? (await listApplications(api))) waits.push(settles(api, name, commit, signal));
  }
  await Promise.all(waits);
}

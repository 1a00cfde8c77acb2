import { doubtOf, isFinal, progressOf } from '../../core/sync/progress.ts';
import type { SyncProgress, SyncRow } from '../../core/sync/progress.ts';
import { checkReply } from '../../core/sync/checkReply.ts';
import type { SyncPlan } from '../../core/sync/syncPlan.ts';
import type { App } from '../../core/model/app.ts';
import { describeKey, resourceKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import { shortRevision } from '../../core/model/words.ts';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import type { AppState, ClusterState } from '../../core/overview/state.ts';
import type { ClusterConnection, Clock } from '../../core/ports.ts';
import type { PanelProgress, ProgressResource, ProgressStep, Tone } from '../../protocol/panelState.ts';
import type { Translate } from '../text.ts';

/** One step of a run: what it is called and what it does; the text it returns is shown beside it. */
export interface RunStep {
  readonly label: string;
  /** What to do when it fails, where the message of the failure does not say it. */
  readonly next?: string | undefined;
  run(signal: AbortSignal): Promise<string | undefined>;
}

/** What a run reports through. */
export interface RunDeps {
  readonly clock: Clock;
  readonly t: Translate;
  readonly report: (progress: PanelProgress) => void;
}

/** Between two looks at what the watches brought; memory only, so it may be short. */
const LOOK_MS = 250;

/** Carries out steps one after the other and says how far it is; a failed step ends the run with its message and the next step to take. */
export class PanelRun {
  readonly #deps: RunDeps;
  #progress: PanelProgress;

  constructor(title: string, deps: RunDeps) {
    this.#deps = deps;
    this.#progress = {
      title,
      state: 'running',
      steps: [],
      resources: [],
      message: '',
      startedAt: deps.clock.now().toISOString(),
    };
  }

  /** Never rejects: trouble is the run's result. */
  async carryOut(steps: readonly RunStep[], success: () => string, signal: AbortSignal): Promise<void> {
    this.#update({ steps: steps.map(({ label }) => ({ label, state: 'waiting' })) });
    for (const [at, step] of steps.entries()) {
      this.#setStep(at, { state: 'running' });
      try {
        const detail = await step.run(signal);
        this.#setStep(at, { state: 'done', ...(detail === undefined ? {} : { detail }) });
      } catch (error) {
        this.#end(at, step, error);
        return;
      }
    }
    this.#update({ state: 'succeeded', message: success(), endedAt: this.#now() });
  }

  /** Shows what is waited for, and the objects on their way. */
  say(message: string, resources: readonly ProgressResource[]): void {
    this.#update({ message, resources });
  }

  #end(at: number, failed: RunStep, error: unknown): void {
    const { t } = this.#deps;
    const steps = this.#progress.steps.map((step, index): ProgressStep => {
      if (index < at) return step;
      return { ...step, state: index === at && !isAbort(error) ? 'failed' : 'skipped' };
    });
    const end = { steps, endedAt: this.#now() };
    if (isAbort(error)) {
      const message = t('Not followed any more. What was asked for goes on; the Apps view shows how it ends.');
      this.#update({ ...end, state: 'unfollowed', message });
    } else {
      this.#update({ ...end, state: 'failed', message: messageOf(error), next: failed.next });
    }
  }

  #setStep(at: number, part: Partial<ProgressStep>): void {
    const steps = this.#progress.steps.map((step, index) => (index === at ? { ...step, ...part } : step));
    this.#update({ steps });
  }

  #update(part: Partial<PanelProgress>): void {
    this.#progress = { ...this.#progress, ...part };
    this.#deps.report(this.#progress);
  }

  #now(): string {
    return this.#deps.clock.now().toISOString();
  }
}

/** Sends the plan's requests in order. `UserError` names what the cluster refused and what to do. */
export async function sendPlan(plan: SyncPlan, connection: ClusterConnection, signal: AbortSignal): Promise<undefined> {
  const blocker = plan.blockers[0];
  if (blocker !== undefined) throw new UserError(blocker.code, blocker.message);
  for (const step of plan.steps) {
    const trouble = checkReply(plan, step, await connection.send(step.request, signal));
    if (trouble !== undefined) throw trouble;
  }
  return undefined;
}

/** What following a sync looks at. */
export interface FollowInput {
  readonly app: App;
  readonly plan: SyncPlan;
  readonly overview: OverviewApi;
  readonly clock: Clock;
  readonly t: Translate;
  readonly say: (message: string, resources: readonly ProgressResource[]) => void;
}

/** Follows a sent plan until the reconciler has applied it; returns its words. Throws `UserError` with the reconciler's message when it failed. */
export async function followPlan(input: FollowInput, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    const progress = readProgress(input);
    input.say(progress.doubt ?? progress.message ?? phaseWords(progress, input.t), progress.resources.map(resourceRow));
    if (progress.phase === 'failed')
      throw new UserError('cluster-failed', progress.message ?? input.t('The sync failed.'));
    if (isFinal(progress)) return progress.commit === undefined ? undefined : shortRevision(progress.commit);
    await input.clock.delay(LOOK_MS, signal);
  }
}

/** Waits until the app's objects are as healthy as its reconciler asks; an unknown health ends the wait and is said. */
export async function followHealth(input: FollowInput, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    // The objects' own watches may come a moment after the reconciler's.
    await input.clock.delay(LOOK_MS * 2, signal);
    const state = stateOf(input.overview, input.app);
    const health = state?.health.status ?? 'Unknown';
    const doubt = doubtOf(clusterOf(input));
    if (doubt !== undefined) {
      input.say(doubt, healthRows(state));
      continue;
    }
    input.say(state?.health.message ?? input.t('Waiting for the objects to become healthy'), healthRows(state));
    if (failedHealth.has(health)) {
      throw new UserError('cluster-failed', state?.health.message ?? input.t('{0} is {1}.', input.app.name, health));
    }
    if (!busyHealth.has(health)) return health;
  }
}

const failedHealth: ReadonlySet<string> = new Set(['Degraded', 'Failed']);
const busyHealth: ReadonlySet<string> = new Set(['Progressing', 'InProgress', 'Terminating', 'Missing', 'NotFound']);

function readProgress({ plan, overview }: FollowInput): SyncProgress {
  const state = overview.state.apps.find(({ app }) => app.id === plan.app);
  const health = new Map(state?.resources.map((resource) => [resource.key, resource.health]));
  return progressOf(plan, {
    app: overview.liveObject(plan.context, keyOfTarget(plan.target)),
    source: plan.source === undefined ? undefined : overview.liveObject(plan.context, keyOfTarget(plan.source)),
    healthOf: (key) => health.get(key),
    cluster: clusterOf({ plan, overview }),
  });
}

function clusterOf({ plan, overview }: Pick<FollowInput, 'plan' | 'overview'>): ClusterState | undefined {
  return overview.state.clusters.find(({ context }) => context === plan.context);
}

function keyOfTarget({ group, kind, namespace, name }: SyncPlan['target']): ResourceKey {
  return resourceKey({ group, kind, namespace, name });
}

function stateOf(overview: OverviewApi, app: App): AppState | undefined {
  return overview.state.apps.find((state) => state.app.id === app.id);
}

function phaseWords({ phase }: SyncProgress, t: Translate): string {
  const words: Readonly<Record<SyncProgress['phase'], string>> = {
    requested: t('Waiting for the reconciler to start'),
    fetching: t('Fetching the source'),
    applying: t('Applying'),
    'waiting-for-health': t('Waiting for the objects to become healthy'),
    succeeded: t('Applied'),
    failed: t('Failed'),
  };
  return words[phase];
}

const rowTones: Readonly<Record<SyncRow['phase'], Tone>> = {
  pending: 'unknown',
  applied: 'good',
  pruned: 'good',
  healthy: 'good',
  progressing: 'busy',
  failed: 'bad',
};

function resourceRow({ key, phase, hook, message }: SyncRow): ProgressResource {
  const label = hook === undefined ? describeKey(key) : `${describeKey(key)} (${hook})`;
  return { label, status: phase, tone: rowTones[phase], message };
}

function healthRows(state: AppState | undefined): readonly ProgressResource[] {
  const rows = state?.resources.filter(({ isLive, health }) => isLive && health !== undefined) ?? [];
  return rows.map(({ key, health }) => ({
    label: describeKey(key),
    status: health?.status ?? '',
    tone: failedHealth.has(health?.status ?? '') ? 'bad' : busyHealth.has(health?.status ?? '') ? 'busy' : 'good',
    message: health?.message,
  }));
}

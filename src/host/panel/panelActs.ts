import type { ChangeSet } from '../../core/change/changeSet.ts';
import type { App } from '../../core/model/app.ts';
import type { RepoPath } from '../../core/model/place.ts';
import { shortRevision } from '../../core/model/words.ts';
import { UserError } from '../../core/model/userError.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { SyncPlan } from '../../core/sync/syncPlan.ts';
import type { PageMessage } from '../../protocol/panel.ts';
import type { PanelProgress } from '../../protocol/panelState.ts';
import { confirmWrite } from '../confirmWrite.ts';
import { commitsToPush, namespacesOf } from './buildSnapshot.ts';
import type { DocumentLink } from './documentLink.ts';
import type { PanelDeps, PanelRepository } from './panelDeps.ts';
import { followHealth, followPlan, PanelRun, sendPlan } from './panelRun.ts';
import type { FollowInput, RunStep } from './panelRun.ts';
import { planSync } from './planSync.ts';

/** What the acts of one panel work on. */
export interface ActContext {
  readonly deps: PanelDeps;
  readonly repository: PanelRepository;
  readonly documents: DocumentLink;
  readonly state: AppState;
  readonly changeSet: ChangeSet;
  readonly report: (progress: PanelProgress) => void;
}

type Commit = Extract<PageMessage, { readonly type: 'commit' }>;

/** Commits exactly the chosen files; with `thenSync`, after a confirmation, pushes, syncs and follows. */
export async function runCommit(context: ActContext, commit: Commit, signal: AbortSignal): Promise<void> {
  const { deps, state } = context;
  const { t } = deps;
  const chosen = context.changeSet.files.map(({ path }) => path).filter((path) => commit.files.includes(path));
  const what = new Committed();
  const steps = commitSteps(context, commit, chosen, what);
  if (!commit.thenSync) {
    const run = new PanelRun(t('Commit'), runDeps(context));
    await run.carryOut(
      steps,
      () => t('Committed {0}. It is not pushed yet.', shortRevision(what.commit ?? '')),
      signal,
    );
    return;
  }
  if (!(await confirmSync(context, t('Commit & sync'), commitWords(context, chosen)))) return;
  const run = new PanelRun(t('Commit and sync {0}', state.app.name), runDeps(context));
  const all = [...steps, pushStep(context), ...syncSteps(context, what, run)];
  await run.carryOut(all, () => successWords(context, what), signal);
}

/** After a confirmation, pushes what is committed and not pushed, then syncs and follows. */
export async function runSync(context: ActContext, signal: AbortSignal): Promise<void> {
  const { deps, repository, state, changeSet } = context;
  const { t } = deps;
  const overview = repository.overview.state;
  const push = commitsToPush(overview, changeSet);
  const what = new Committed();
  const branch = overview.repo?.branch ?? '';
  const upstream = overview.repo?.upstream?.name ?? '';
  const words = push === 0 ? [] : [t('Push: {0} ({1} commits) to {2}', branch, push, upstream)];
  if (!(await confirmSync(context, push === 0 ? t('Sync') : t('Push & sync'), words))) return;
  const run = new PanelRun(t('Sync {0}', state.app.name), runDeps(context));
  if (push > 0) what.commit = overview.repo?.head;
  const steps = [...(push > 0 ? [pushStep(context)] : []), ...syncSteps(context, what, run)];
  await run.carryOut(steps, () => successWords(context, what), signal);
}

/** The commit a run made or pushed; what a later step needs of an earlier one. */
class Committed {
  commit: string | undefined;
}

function runDeps({ deps, report }: ActContext): ConstructorParameters<typeof PanelRun>[1] {
  return { clock: deps.clock, t: deps.t, report };
}

function commitSteps(
  { deps, repository, documents }: ActContext,
  { message, signOff }: Commit,
  files: readonly RepoPath[],
  what: Committed,
): readonly RunStep[] {
  const { t } = deps;
  const save: RunStep = {
    label: t('Save'),
    next: t('Save the file in its editor, then commit again.'),
    run: async () => {
      const { saved, failed } = await documents.saveAll(files);
      if (failed !== undefined)
        throw new UserError('file-unreadable', t('{0} could not be saved.', failed), { file: failed });
      return saved === 0 ? t('nothing to save') : t('{0} saved', saved);
    },
  };
  const commit: RunStep = {
    label: t('Commit'),
    run: async (signal) => {
      what.commit = await repository.writer.commit(files, message.trim(), { signOff }, signal);
      await repository.overview.refresh();
      return `${shortRevision(what.commit)} ${message.trim().split('\n', 1).join('')}`;
    },
  };
  return [save, commit];
}

function pushStep({ deps, repository }: ActContext): RunStep {
  const upstream = repository.overview.state.repo?.upstream?.name ?? '';
  return {
    label: deps.t('Push to {0}', upstream),
    run: async (signal) => {
      await repository.writer.push(signal);
      await repository.overview.refresh();
      return undefined;
    },
  };
}

function syncSteps(context: ActContext, what: Committed, run: PanelRun): readonly RunStep[] {
  const { deps, repository, state } = context;
  const { t } = deps;
  const cluster = state.context ?? '';
  // Set by the first step; steps run in order.
  const asked = new Map<'plan', SyncPlan>();
  const follow = (): FollowInput => {
    const plan = asked.get('plan');
    if (plan === undefined) throw new Error('follows before it asked');
    const say: FollowInput['say'] = (message, resources) => {
      run.say(message, resources);
    };
    return { app: state.app, plan, overview: repository.overview, clock: deps.clock, t, say };
  };
  const next = t(
    'Mend in Git what the message names and commit again, or revert the commit. What was pushed stays pushed.',
  );
  return [
    {
      label: t('Ask the reconciler in {0}', cluster),
      run: async (signal) => {
        const token = deps.clock.now().toISOString();
        const ticket = { app: state.app.id, context: cluster, token };
        const plan = planSync(state.app, repository.overview, what.commit, ticket, t);
        asked.set('plan', plan);
        const connection = deps.connectionOf(cluster);
        if (connection === undefined) {
          throw new UserError(
            'cluster-unreachable',
            t('{0} is not connected any more. Connect it and sync again.', cluster),
          );
        }
        return sendPlan(plan, connection, signal);
      },
    },
    { label: t('Apply'), next, run: (signal) => followPlan(follow(), signal) },
    { label: t('Wait until healthy'), next, run: (signal) => followHealth(follow(), signal) },
  ];
}

/** Names everything that will be written to, before it is. */
async function confirmSync(context: ActContext, act: string, words: readonly string[]): Promise<boolean> {
  const { deps, state } = context;
  const { t } = deps;
  const cluster = state.context ?? '';
  const detail = [
    ...words,
    t('Cluster: {0}', cluster),
    t('Namespace: {0}', namespacesOf(state) ?? t('none, cluster-wide objects only')),
    t('App: {0}', appWords(state.app)),
    t('Applied now: {0}', shortRevision(state.sync.appliedRevision ?? t('not known'))),
    ...context.changeSet.risks.map(({ message }) => `⚠ ${message}`),
  ].join('\n');
  return confirmWrite({ title: t('{0}: {1} in {2}?', act, state.app.name, cluster), detail, action: act });
}

function commitWords({ deps, repository }: ActContext, files: readonly RepoPath[]): readonly string[] {
  const { t } = deps;
  const { repo } = repository.overview.state;
  const branch = repo?.branch ?? '';
  const upstream = repo?.upstream?.name ?? '';
  return [t('Commit: {0} to {1}', files.join(', '), branch), t('Push: {0} to {1}', branch, upstream)];
}

function appWords({ kind, namespace, name }: App): string {
  const object = kind === 'argo-application' ? 'Application' : 'Kustomization';
  return namespace === undefined ? `${object} ${name}` : `${object} ${namespace}/${name}`;
}

function successWords({ deps, repository, state }: ActContext, what: Committed): string {
  const { t } = deps;
  const now = repository.overview.state.apps.find(({ app }) => app.id === state.app.id);
  const revision = shortRevision(what.commit ?? now?.sync.appliedRevision ?? '');
  const health = now?.health.status ?? 'Unknown';
  if (health === 'Unknown')
    return t('{0} runs {1}. Nothing says whether its objects are healthy.', state.app.name, revision);
  return t('{0} runs {1} and is {2}.', state.app.name, revision, health);
}

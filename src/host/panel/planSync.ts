import { planArgoSync } from '../../core/sync/argoSync.ts';
import { planFluxSync, sourceOf } from '../../core/sync/fluxSync.ts';
import type { SyncPlan, SyncTicket } from '../../core/sync/syncPlan.ts';
import type { App } from '../../core/model/app.ts';
import { valueAt } from '../../core/model/json.ts';
import { resourceKey } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import type { OverviewApi } from '../../core/overview/api.ts';
import { reconcilerKey } from '../../core/overview/reconcilerObject.ts';
import type { Translate } from '../text.ts';

/**
 * Plans a sync from the reconciler's objects as the watches show them now. `UserError` when the cluster does not hold
 * the app. Argo CD prunes only where the Application's own policy does.
 */
export function planSync(
  app: App,
  overview: Pick<OverviewApi, 'liveObject'>,
  commit: string | undefined,
  ticket: SyncTicket,
  t: Translate,
): SyncPlan {
  const key = reconcilerKey(app);
  const object = key === undefined ? undefined : overview.liveObject(ticket.context, key);
  if (object === undefined) {
    const message = t('{0} does not run in {1}, so there is nothing to sync.', app.name, ticket.context);
    throw new UserError('cluster-failed', message, { context: ticket.context });
  }
  if (app.kind === 'argo-application') {
    const prune = valueAt(object, 'spec', 'syncPolicy', 'automated', 'prune') === true;
    return planArgoSync(object, { revision: commit, prune, isDryRun: false, resources: [] }, ticket);
  }
  return planFluxSync({ app: object, source: findSource(object, overview, ticket) }, commit, ticket);
}

function findSource(
  app: KubeObject,
  overview: Pick<OverviewApi, 'liveObject'>,
  { context }: SyncTicket,
): KubeObject | undefined {
  const source = sourceOf(app);
  if (source === undefined) return undefined;
  const id = { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', ...source };
  return overview.liveObject(context, resourceKey(id));
}

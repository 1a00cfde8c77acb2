import { planArgoSync } from '../../core/sync/argoSync.ts';
import { planFluxSync, sourceOf } from '../../core/sync/fluxSync.ts';
import type { FluxObjects } from '../../core/sync/fluxSync.ts';
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
  const objects = reconcilerObjects(app, overview, ticket.context, t);
  const object = objects.app;
  if (app.kind === 'argo-application') {
    const prune = valueAt(object, 'spec', 'syncPolicy', 'automated', 'prune') === true;
    return planArgoSync(object, { revision: commit, prune, isDryRun: false, resources: [] }, ticket);
  }
  return planFluxSync(objects, commit, ticket);
}

/** The reconciler's object of an app and, for Flux, its source, as the watches show them now. `UserError` when the cluster does not hold the app. */
export function reconcilerObjects(
  app: App,
  overview: Pick<OverviewApi, 'liveObject'>,
  context: string,
  t: Translate,
): FluxObjects {
  const key = reconcilerKey(app);
  const object = key === undefined ? undefined : overview.liveObject(context, key);
  if (object !== undefined) return { app: object, source: findSource(object, overview, context) };
  const message = t('{0} does not run in {1}, so there is nothing to sync.', app.name, context);
  throw new UserError('cluster-failed', message, { context });
}

function findSource(
  app: KubeObject,
  overview: Pick<OverviewApi, 'liveObject'>,
  context: string,
): KubeObject | undefined {
  const source = sourceOf(app);
  if (source === undefined) return undefined;
  const id = { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', ...source };
  return overview.liveObject(context, resourceKey(id));
}

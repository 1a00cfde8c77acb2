import type { AppState } from '../overview/state.ts';
import { planArgoRefresh, planArgoTerminate } from './argoSync.ts';
import { planFluxSuspend, planFluxSync } from './fluxSync.ts';
import type { FluxObjects } from './fluxSync.ts';
import type { SyncPlan, SyncTicket } from './syncPlan.ts';

/** What a person may ask of a reconciler beside a sync. */
export type ReconcilerAct = 'refresh' | 'hard-refresh' | 'terminate' | 'suspend' | 'resume' | 'force' | 'reset';

/** Why an act makes no sense for an app, with what does instead; `undefined` where it can be planned. */
export function whyUnfit(act: ReconcilerAct, { app, context }: Pick<AppState, 'app' | 'context'>): string | undefined {
  if (app.namespace === undefined) return `No reconciler manages ${app.name}, so there is nothing to ask.`;
  if (context === undefined) return `No connected cluster runs ${app.name}. Connect its cluster first.`;
  switch (act) {
    case 'refresh':
    case 'hard-refresh':
    case 'terminate':
      return app.kind === 'argo-application'
        ? undefined
        : `${app.name} is Flux's, which has nothing of the kind. Sync it to have its source fetched and applied.`;
    case 'suspend':
    case 'resume':
      return app.kind === 'argo-application'
        ? `${app.name} is Argo CD's, which suspends nothing. Take syncPolicy.automated out of its manifest in Git instead.`
        : undefined;
    case 'force':
    case 'reset':
      return app.kind === 'flux-helmrelease' ? undefined : `${app.name} is no HelmRelease; sync it instead.`;
  }
}

/** Plans an act from the reconciler's objects as they are now; reasons against it are blockers of the plan. */
export function planAct(act: ReconcilerAct, objects: FluxObjects, ticket: SyncTicket): SyncPlan {
  const { app } = objects;
  switch (act) {
    case 'refresh':
      return planArgoRefresh(app, 'normal', ticket);
    case 'hard-refresh':
      return planArgoRefresh(app, 'hard', ticket);
    case 'terminate':
      return planArgoTerminate(app, ticket);
    case 'suspend':
      return planFluxSuspend(app, true, ticket);
    case 'resume':
      return planFluxSuspend(app, false, ticket);
    case 'force':
      return planFluxSync(objects, undefined, ticket, { isForced: true });
    case 'reset':
      return planFluxSync(objects, undefined, ticket, { isReset: true });
  }
}

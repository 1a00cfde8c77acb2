import { appId } from '../../../src/core/model/app.ts';
import type { App } from '../../../src/core/model/app.ts';
import type { Place } from '../../../src/core/model/place.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import type { AppState, OverviewState, PlacedDifference } from '../../../src/core/overview/state.ts';

export const deployment = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' });
export const secret = resourceKey({ group: '', kind: 'Secret', namespace: 'web', name: 'keys' });

/** A place on line 7 of a file, over the text `3`. */
export function place(file = 'apps/web/patch.yaml', text = '3', start = 60): Place {
  return {
    file,
    text,
    start,
    end: start + text.length,
    range: { line: 7, column: 13, endLine: 7, endColumn: 13 + text.length },
  };
}

/** A Flux app called `web`, in the parts that rows are made of. */
export function fluxApp(more: Partial<App> = {}): App {
  return {
    id: appId('flux-kustomization', { namespace: 'flux-system', name: 'web' }),
    kind: 'flux-kustomization',
    name: 'web',
    namespace: 'flux-system',
    source: { kind: 'here', path: 'apps/web', render: 'kustomize' },
    destination: { namespace: 'web' },
    ...more,
  };
}

/** An app that a cluster runs in sync, with changes. */
export function appState(more: Partial<AppState> = {}): AppState {
  return {
    app: fluxApp(),
    context: 'prod',
    objectsContext: 'prod',
    sync: { status: 'Synced', isSuspended: false, isRunning: false },
    health: { status: 'Healthy' },
    resources: [],
    differences: [],
    findings: [],
    problems: [],
    ...more,
  };
}

/** The same while no cluster is connected. */
export function gitOnly(more: Partial<AppState> = {}): AppState {
  const sync = { status: 'Unknown', isSuspended: false, isRunning: false } as const;
  return appState({ context: undefined, objectsContext: undefined, sync, health: { status: 'Unknown' }, ...more });
}

export function overview(more: Partial<OverviewState> = {}): OverviewState {
  return { phase: 'ready', apps: [], clusters: [], problems: [], ...more };
}

export const connected = { context: 'prod', status: { kind: 'connected' } } as const;

/** Replicas changed from 3 to 5 by kubectl-edit at 10:00. */
export function replicasDrift(more: Partial<PlacedDifference> = {}): PlacedDifference {
  return {
    origin: 'drift',
    object: deployment,
    verdict: 'modified',
    field: {
      path: '/spec/replicas',
      change: 'modify',
      desired: 3,
      live: 5,
      by: 'kubectl-edit',
      writer: { manager: 'kubectl-edit', operation: 'Update', time: '2026-05-01T10:00:00Z' },
    },
    ...more,
  };
}

/** Two hours after that drift. */
export const now = new Date('2026-05-01T12:00:00Z');

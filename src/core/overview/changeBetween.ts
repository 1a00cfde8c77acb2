import type { AppId } from '../model/app.ts';
import type { AppState, OverviewChange, OverviewState } from './state.ts';

/** What a view must redraw; `undefined` when nothing is different. */
export function changeBetween(before: OverviewState, after: OverviewState): OverviewChange | undefined {
  const old = new Map<AppId, AppState>(before.apps.map((state) => [state.app.id, state]));
  const apps = after.apps.filter((state) => old.get(state.app.id) !== state).map(({ app }) => app.id);
  const isStructural =
    before.phase !== after.phase ||
    before.apps.length !== after.apps.length ||
    after.apps.some(({ app }) => !old.has(app.id)) ||
    JSON.stringify(besidesApps(before)) !== JSON.stringify(besidesApps(after));
  return apps.length === 0 && !isStructural ? undefined : { apps, isStructural };
}

function besidesApps({ repo, clusters, problems }: OverviewState): unknown {
  return { repo, clusters, problems };
}

import type { AppId } from '../core/model/app.ts';
import type { ResourceKey } from '../core/model/resource.ts';
import type { OverviewApi } from '../core/overview/api.ts';
import type { EventAnswer } from '../core/overview/eventReader.ts';
import type { AppState, OverviewState } from '../core/overview/state.ts';

/** What clusters told lately of what differs, by app. */
export type ToldEvents = ReadonlyMap<AppId, EventAnswer>;

/** Objects that events are asked for in one call; each is a request or two. */
const most = 200;

/** Asks for the Events of the objects that differ from what was applied, and of their apps; of no more than 200 objects. */
export async function readTold(
  overview: Pick<OverviewApi, 'eventsOf'>,
  { apps }: OverviewState,
  signal: AbortSignal,
): Promise<ToldEvents> {
  const asked = apps.flatMap((state) => differing(state).map((object) => ({ app: state.app.id, object })));
  const answers = await Promise.all(
    asked
      .slice(0, most)
      .map(async ({ app, object }) => ({ app, answer: await overview.eventsOf(app, object, signal) })),
  );
  const left = new Set(asked.slice(most).map(({ app }) => app));
  return new Map(
    apps.map(({ app: { id } }) => {
      const own = answers.flatMap(({ app, answer }) => (app === id ? [answer] : []));
      const troubles = own.flatMap((answer) => answer.troubles);
      const rest = left.has(id) ? ['Events were asked for the first 200 objects that differ only.'] : [];
      return [id, { events: unique(own.flatMap(({ events }) => events)), troubles: unique([...troubles, ...rest]) }];
    }),
  );
}

function differing({ context, differences }: AppState): readonly ResourceKey[] {
  const live = differences.filter(({ origin }) => origin === 'drift' || origin === 'unsynced');
  return context === undefined ? [] : [...new Set(live.map(({ object }) => object))];
}

/** The events of an app come with each of its objects. */
function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

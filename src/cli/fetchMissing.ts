import { describeNeed, needKey } from '../core/model/remoteNeed.ts';
import type { RemoteNeed } from '../core/model/remoteNeed.ts';
import type { Log, SourceFetcher } from '../core/ports.ts';

/** As many rounds as one call goes through: what was fetched may need something else. */
const mostRounds = 5;

/**
 * Fetches what `missing` names, calls `again`, and goes on with what is missing then. What cannot be fetched ends the call
 * with a `UserError` that says why.
 */
export async function fetchMissing(
  { fetcher, log }: { readonly fetcher: SourceFetcher; readonly log: Log },
  missing: () => readonly RemoteNeed[],
  again: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const needs = missing().filter((need) => !done.has(needKey(need)));
    if (needs.length === 0) return;
    for (const need of needs) {
      log.info(`Fetching ${describeNeed(need)}`);
      await fetcher.fetch(need, signal);
      done.add(needKey(need));
    }
    await again();
  }
}

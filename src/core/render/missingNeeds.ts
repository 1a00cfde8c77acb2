import { needKey } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { RenderProblem } from '../model/rendering.ts';

/** What problems say has to be fetched, each once. */
export function missingNeeds(problems: readonly RenderProblem[]): readonly RemoteNeed[] {
  const found = new Map(
    problems.flatMap(({ needs }) => (needs === undefined ? [] : [[needKey(needs), needs] as const])),
  );
  return [...found.values()];
}

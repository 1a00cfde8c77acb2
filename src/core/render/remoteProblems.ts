import type { App } from '../model/app.ts';
import { describeNeed, fetchedRoot, splitMounted } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { RenderProblem } from '../model/rendering.ts';

/** What is said of an app that cannot be rendered before something was fetched; at a place of the repository. */
export function needProblem(
  app: App,
  need: RemoteNeed,
  at: Pick<RenderProblem, 'file' | 'line' | 'column'> = {},
): RenderProblem {
  const place = app.declared?.place;
  const own = { file: place?.file, line: place?.range.line, column: place?.range.column };
  const message = `It needs ${describeNeed(need)}, which was not fetched yet. Run "Fetch Remote Sources" (plumbline --fetch).`;
  const isHere = at.file !== undefined && splitMounted(at.file) === undefined;
  return { severity: 'error', message, ...(isHere ? at : own), needs: need };
}

/** Trouble without a file, or in a fetched one that nobody can open, is shown at the app that has it. */
export function placedHere(problem: RenderProblem, { declared }: App): RenderProblem {
  const { file, line, severity, needs } = problem;
  const own = { file: declared?.file, line: declared?.place.range.line };
  if (file === undefined) return { ...problem, message: withoutMounts(problem.message), ...own };
  const mounted = splitMounted(file);
  if (mounted === undefined) return problem;
  const where = line === undefined ? mounted.rest : `${mounted.rest}:${line}`;
  const message = where === '' ? problem.message : `${withoutMounts(problem.message)} (in the fetched ${where})`;
  return { severity, message, ...own, needs };
}

function withoutMounts(message: string): string {
  return message.replaceAll(new RegExp(`${fetchedRoot.replace('.', '\\.')}/[0-9a-f]+/?`, 'g'), '');
}

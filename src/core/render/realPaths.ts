import type { RepoPath } from '../model/place.ts';
import type { Rendered } from './renderDirectory.ts';

/** What was rendered from a tree that shows folders at further places, told with the paths where people find the files. */
export function atRealPaths(rendered: Rendered, realPath: (path: RepoPath) => RepoPath): Rendered {
  const real = (path: RepoPath | undefined): RepoPath | undefined => (path === undefined ? undefined : realPath(path));
  return {
    ...rendered,
    objects: rendered.objects.map((each) =>
      each.origin?.path === undefined ? each : { ...each, origin: { ...each.origin, path: real(each.origin.path) } },
    ),
    problems: rendered.problems.map((each) => ({ ...each, file: real(each.file) })),
  };
}

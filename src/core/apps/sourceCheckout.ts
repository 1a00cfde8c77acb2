import { isObject, listAt, stringAt } from '../model/json.ts';
import type { SourceCheckout } from '../model/app.ts';
import { joinPath } from '../model/place.ts';
import { namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { followedRevision } from './followedRevision.ts';
import type { AppSurroundings } from './readApp.ts';

/** What a GitRepository leaves out of its artifact and puts into it; `undefined` when the repository does not declare it. */
export function sourceCheckout(source: KubeObject | undefined, around: AppSurroundings): SourceCheckout | undefined {
  if (source === undefined) return undefined;
  const folders = listAt(source, 'spec', 'sparseCheckout').flatMap((each) =>
    typeof each === 'string' ? (joinPath(each) ?? []) : [],
  );
  const included = listAt(source, 'spec', 'include')
    .filter(isObject)
    .flatMap((each) => {
      const name = stringAt(each, 'repository', 'name') ?? '';
      const other = around.findSource('GitRepository', namespaceOf(source) ?? 'flux-system', name);
      const url = stringAt(other, 'spec', 'url');
      const at = joinPath(stringAt(each, 'toPath') || name);
      const from = joinPath(stringAt(each, 'fromPath') ?? '');
      if (url === undefined || at === undefined || from === undefined) return [];
      const remote = around.isHere(url)
        ? undefined
        : ({ kind: 'git', url, revision: followedRevision(other) ?? '' } as const);
      return [{ at, from, remote }];
    });
  const ignore = stringAt(source, 'spec', 'ignore');
  return { ignore, folders: folders.length > 0 ? folders : undefined, included };
}

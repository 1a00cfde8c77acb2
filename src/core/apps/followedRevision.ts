import { objectAt, stringAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';

/** What a GitRepository follows; a commit wins over a reference, this over a tag and that over a branch. */
export function followedRevision(gitRepository: KubeObject | undefined): string | undefined {
  const ref = objectAt(gitRepository, 'spec', 'ref');
  return ['commit', 'name', 'semver', 'tag', 'branch']
    .map((key) => stringAt(ref, key))
    .find((each) => each !== undefined);
}

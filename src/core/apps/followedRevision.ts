import { objectAt, stringAt } from '../model/json.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { KubeObject } from '../model/resource.ts';

/** What a GitRepository follows; a commit wins over a reference, this over a tag and that over a branch. */
export function followedRevision(gitRepository: KubeObject | undefined): string | undefined {
  const ref = objectAt(gitRepository, 'spec', 'ref');
  return ['commit', 'name', 'semver', 'tag', 'branch']
    .map((key) => stringAt(ref, key))
    .find((each) => each !== undefined);
}

/** What an OCIRepository follows: a digest wins over a range, this over a tag, and without any the tag is `latest`. */
export function ociNeed(repository: KubeObject): RemoteNeed | undefined {
  const url = stringAt(repository, 'spec', 'url');
  const ref = objectAt(repository, 'spec', 'ref');
  const version = ['digest', 'semver', 'tag'].map((key) => stringAt(ref, key)).find((each) => each !== undefined);
  return url === undefined ? undefined : { kind: 'oci', url, version: version ?? 'latest' };
}

import type { RepoPath } from '../model/place.ts';
import { count } from '../model/words.ts';
import type { RepoState } from '../ports.ts';
import type { Blocker } from './blocker.ts';

/** What of a changed file matters for blockers. */
interface Candidate {
  readonly path: RepoPath;
  readonly kind: string;
}

/** Why these files cannot be committed or pushed as the repository stands; empty when they can. */
export function findBlockers(repo: RepoState, files: readonly Candidate[]): readonly Blocker[] {
  return [...commitBlockers(repo, files), ...pushBlockers(repo)];
}

function commitBlockers(repo: RepoState, files: readonly Candidate[]): readonly Blocker[] {
  const blockers: Blocker[] = [];
  if (repo.busy !== undefined) {
    const next = repo.busy === 'bisect' ? 'git bisect reset' : `git ${repo.busy} --continue or --abort`;
    blockers.push({
      code: 'git-busy',
      message: `A ${repo.busy} is under way; end it first (${next}).`,
      blocks: 'commit',
    });
  }
  // During a rebase HEAD is detached by design; one reason is enough then.
  if (repo.busy === undefined && repo.head !== undefined && repo.branch === undefined) {
    const message = 'No branch is checked out (detached HEAD); check one out, or the commit would belong to none.';
    blockers.push({ code: 'git-detached', message, blocks: 'commit' });
  }
  const conflicted = files.filter(({ kind }) => kind === 'conflicted').map(({ path }) => path);
  if (conflicted.length > 0) {
    const message = `Resolve the conflicts in ${conflicted.join(', ')} first.`;
    blockers.push({ code: 'git-conflicted', message, blocks: 'commit' });
  }
  if (files.length === 0) {
    blockers.push({ code: 'git-nothing-to-commit', message: 'No file of this app is changed.', blocks: 'commit' });
  }
  return blockers;
}

function pushBlockers({ branch, upstream, remotes }: RepoState): readonly Blocker[] {
  if (branch === undefined) return [];
  if (upstream === undefined) {
    const remote = remotes[0]?.name;
    const message =
      remote === undefined
        ? 'The repository has no remote to push to; add one with git remote add.'
        : `Branch ${branch} has no upstream; push it once with git push --set-upstream ${remote} ${branch}.`;
    return [{ code: 'git-no-upstream', message, blocks: 'push' }];
  }
  if (upstream.behind === 0) return [];
  const message = `${upstream.name} is ${count(upstream.behind, 'commit')} ahead of ${branch}; pull before pushing.`;
  return [{ code: 'git-push-rejected', message, blocks: 'push' }];
}

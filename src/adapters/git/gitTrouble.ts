import { UserError } from '../../core/model/userError.ts';
import type { UserErrorCode } from '../../core/model/userError.ts';
import { gitFailed, lastWords } from './gitRunner.ts';
import type { GitResult } from './gitRunner.ts';

/** Where a push went. */
export interface PushPlace {
  readonly root: string;
  readonly remote: string;
  readonly branch: string;
  readonly upstream: string;
}

interface Rule {
  readonly said: RegExp;
  readonly code: UserErrorCode;
  readonly message: (folder: string, words: string) => string;
}

/** What git says in the C locale when a commit fails, first match wins (git's `builtin/commit.c`, `ident.c`, `gpg-interface.c`). */
const commitRules: readonly Rule[] = [
  {
    said: /Please tell me who you are|empty ident name|unable to auto-detect email|no email was given|user\.useConfigOnly/,
    code: 'git-identity-missing',
    message: () =>
      'Git does not know who you are. Set git config --global user.name "Your Name" and user.email you@example.com, then commit again.',
  },
  {
    said: /failed to sign the data|gpg failed to sign|Couldn't load public key|Couldn't get agent socket|error: .*signing/,
    code: 'git-signing-failed',
    message: (_, words) =>
      `The commit could not be signed: ${words}. Check the signing key (git config user.signingKey) and its agent.`,
  },
  {
    said: /index\.lock|Another git process seems to be running/,
    code: 'git-busy',
    message: (folder) => `Another git process is at work in ${folder} (index.lock). Commit again when it has ended.`,
  },
  {
    said: /nothing (?:added )?to commit|no changes added to commit|nothing to commit/,
    code: 'git-nothing-to-commit',
    message: () => 'Nothing to commit: the chosen files are as they were in the last commit.',
  },
  {
    said: /Aborting commit due to empty commit message/,
    code: 'usage',
    message: () => 'The commit message is empty; write what the change does.',
  },
];

/** The one message for a commit that failed; nothing was committed and the files are as they were. */
export function commitTrouble(folder: string, result: GitResult, hooks: readonly string[]): UserError {
  const said = `${result.stdout.toString('utf8')}\n${result.stderr}`;
  const words = lastWords(result);
  const rule = commitRules.find((each) => each.said.test(said));
  if (rule !== undefined) return new UserError(rule.code, rule.message(folder, words), { folder });
  const isGits = /^(?:fatal|error): /m.test(result.stderr);
  if (hooks.length === 0 || (isGits && result.exitCode === 128)) return gitFailed(folder, ['commit'], result);
  const message = `The ${hooks.join(' or ')} hook refused the commit: ${hookWords(result)}. Mend what it says and commit again.`;
  return new UserError('git-hook-failed', message, { folder, hook: hooks.join(',') });
}

/** The one message for a push that failed; the commit is still there, locally. */
export function pushTrouble(place: PushPlace, result: GitResult, hooks: readonly string[]): UserError {
  const { root, remote, branch, upstream } = place;
  const data = { folder: root, remote, branch };
  const said = `${result.stdout.toString('utf8')}\n${result.stderr}`;
  const remoteWords = [...said.matchAll(/^remote: ?(.*\S)\s*$/gm)].map(([, line]) => line).join(' ');
  if (said.includes('[remote rejected]')) {
    const why = remoteWords || (/\[remote rejected\] \((.*)\)/.exec(said)?.[1] ?? 'no reason given');
    const message = `${remote} refused ${branch}: ${why}. The commit is kept here; push it to another branch or ask whoever runs the remote.`;
    return new UserError('git-push-rejected', message, data);
  }
  if (/\[rejected\]|non-fast-forward|fetch first/.test(said)) {
    const message = `${upstream} has commits that are not here, so the push was rejected. The commit is kept; pull (git pull --rebase), look at the result, then push again.`;
    return new UserError('git-push-rejected', message, data);
  }
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|terminal prompts disabled|Host key verification failed|HTTP 40[13]|error: 40[13]/.test(
      said,
    )
  ) {
    const message = `${remote} did not accept your credentials: ${lastWords(result)}. The commit is kept; log in to it with git once, then push again.`;
    return new UserError('git-auth-failed', message, data);
  }
  const isGits = /^fatal: /m.test(result.stderr);
  if (hooks.length > 0 && !isGits) {
    const message = `The pre-push hook refused the push: ${hookWords(result)}. The commit is kept; mend what it says and push again.`;
    return new UserError('git-hook-failed', message, data);
  }
  const message = `The push to ${remote} failed: ${lastWords(result)}. The commit is kept; push again when the remote can be reached.`;
  return new UserError('git-failed', message, data);
}

/** What a hook said: everything that is not git's own frame around it. */
function hookWords(result: GitResult): string {
  const lines = `${result.stdout.toString('utf8')}\n${result.stderr}`.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !/^(?:error: failed to push|To |Done$|hint:)/.test(line));
  return said.slice(-8).join('\n') || lastWords(result);
}

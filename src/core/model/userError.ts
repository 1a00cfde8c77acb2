/**
 * The stable reasons for which a person is told that something could not be done.
 * Callers branch on the code, never on the text.
 */
export type UserErrorCode =
  | 'no-repository'
  | 'no-commits'
  | 'git-missing'
  | 'git-failed'
  | 'git-busy' // rebase, merge, cherry-pick or bisect under way
  | 'git-detached'
  | 'git-index-dirty'
  | 'git-conflicted'
  | 'git-identity-missing'
  | 'git-signing-failed'
  | 'git-auth-failed'
  | 'git-nothing-to-commit'
  | 'git-push-rejected'
  | 'git-no-upstream'
  | 'git-hook-failed'
  | 'file-unreadable'
  | 'file-too-large'
  | 'fetch-failed'
  | 'fetch-unauthorized'
  | 'fetch-not-found'
  | 'fetch-needs-trust'
  | 'engine-missing'
  | 'engine-failed'
  | 'engine-timeout'
  | 'kubeconfig-invalid'
  | 'context-missing'
  | 'credentials-failed'
  | 'exec-needs-trust'
  | 'cluster-unreachable'
  | 'cluster-unauthorized'
  | 'cluster-forbidden'
  | 'cluster-failed'
  | 'cluster-tls'
  | 'kind-not-served'
  | 'write-conflict'
  | 'sync-running'
  | 'app-suspended'
  | 'usage'
  | 'case-invalid';

/** Trouble that a person can act on: one clear message naming the place and the next step. */
export class UserError extends Error {
  readonly code: UserErrorCode;
  /** Named facts of the case (`context`, `file`, `url`, …); never secret material. */
  readonly data: Readonly<Record<string, string>>;

  constructor(
    code: UserErrorCode,
    message: string,
    data: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
    this.data = data;
  }

  /** Each bundle that is loaded on first use carries its own copy of this class; an error of any copy counts. */
  static override [Symbol.hasInstance](value: unknown): value is UserError {
    return value instanceof Error && value.name === 'UserError' && 'code' in value && 'data' in value;
  }
}

/** The message of anything thrown, for a place where only text can be shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells whether an error only says that its `AbortSignal` fired; such errors are never logged. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

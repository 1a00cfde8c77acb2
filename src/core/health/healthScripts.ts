import type { JsonObject } from '../model/json.ts';

/**
 * What the engine's health module is asked and what it answers. The Go side of it is `engine/health`; the names of the
 * JSON fields are these.
 */

/** Runs Argo CD's health scripts, and those of people's `argocd-cm`, in the sandbox that Argo CD gives them. */
export interface HealthEngine {
  /**
   * One verdict for each object, in order. Never throws for a bad script: that is a verdict. Throws `UserError`
   * `engine-…` when the engine itself fails.
   */
  judgeHealth(question: HealthQuestion, signal: AbortSignal): Promise<readonly ScriptVerdict[]>;
}

export interface HealthQuestion {
  readonly objects: readonly JsonObject[];
  readonly overrides: readonly HealthScript[];
}

/** A script of `argocd-cm`. */
export interface HealthScript {
  /** `group/Kind`, `Kind` in the core group, or a pattern of these in which `*` also crosses the slash. */
  readonly key: string;
  readonly lua: string;
  /** Gives the script all of Lua's libraries. */
  readonly useOpenLibs: boolean;
}

export type ScriptVerdict =
  /** No script is for the kind. */
  | { readonly kind: 'unscripted' }
  /** The script has no opinion, and no other check is asked then. */
  | { readonly kind: 'silent'; readonly script: ScriptName }
  | { readonly kind: 'judged'; readonly status: string; readonly message: string; readonly script: ScriptName }
  /** The script is broken, or took longer than the second that Argo CD gives it; the message is Lua's. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Line of the script, counted from one. */
      readonly line?: number | undefined;
      readonly isEndless: boolean;
      readonly script: ScriptName;
    }
  /** Several patterns match and their scripts disagree: what Argo CD says is chance. */
  | { readonly kind: 'ambiguous'; readonly message: string }
  /** The engine could not judge the object; a sentence. */
  | { readonly kind: 'unjudged'; readonly why: string };

/** Which script judged: its key, in `argocd-cm` (an override) or among those that Argo CD brings along. */
export interface ScriptName {
  readonly key: string;
  readonly isOverride: boolean;
}

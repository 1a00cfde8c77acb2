import type { AppId } from '../model/app.ts';
import type { ResourceKey } from '../model/resource.ts';
import { codeOf } from '../policy/policyFindings.ts';
import type { PolicyVerdict } from '../policy/policyVerdict.ts';
import { readServerWords } from '../policy/serverWords.ts';
import type { ServerWord } from '../policy/serverWords.ts';
import type { AppState } from './state.ts';

/** Remarks of a comparison that hold a server's own words about a dry-run. */
const spoken: ReadonlySet<string> = new Set(['unconfirmed', 'server-warning']);

/**
 * The verdicts with what the server said when it was asked: of those that were judged here the ones that it confirms are
 * marked, and what nobody could judge here (static policies, policies that may not be read) is added in its words.
 */
export function withServerWords(
  verdicts: readonly PolicyVerdict[],
  { app, context, objectsContext, resources }: AppState,
): readonly PolicyVerdict[] {
  const server = objectsContext ?? context;
  if (server === undefined) return verdicts;
  const words = resources.flatMap(({ key, diff }) =>
    (diff?.remarks ?? [])
      .filter(({ kind }) => spoken.has(kind))
      .flatMap(({ message }) => readServerWords(message).map((word) => ({ key, word }))),
  );
  if (words.length === 0) return verdicts;
  const isConfirmed = (verdict: PolicyVerdict): boolean =>
    words.some(({ key, word }) => key === verdict.object && isSame(verdict, word));
  const marked = verdicts.map((each) => (isConfirmed(each) ? { ...each, saidBy: server } : each));
  const unknown = words.filter(({ key, word }) => !verdicts.some((each) => each.object === key && isSame(each, word)));
  return [...marked, ...unknown.map(({ key, word }) => verdictOf(app.id, key, word, server))];
}

function isSame({ result }: PolicyVerdict, word: ServerWord): boolean {
  const isViolation = codeOf(result) === (word.result === 'fail' ? 'policy.denied' : 'policy.warned');
  return isViolation && result.policy === word.policy && (result.rule ?? word.rule) === (word.rule ?? result.rule);
}

function verdictOf(app: AppId, object: ResourceKey, word: ServerWord, server: string): PolicyVerdict {
  const { policy, rule, result, actions, message } = word;
  return { app, object, result: { request: '', policy, rule, result, actions, message }, saidBy: server };
}

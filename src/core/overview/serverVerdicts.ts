import type { AppId } from '../model/app.ts';
import type { ResourceKey } from '../model/resource.ts';
import { codeOf } from '../policy/policyFindings.ts';
import type { PolicyVerdict } from '../policy/policyVerdict.ts';
import { readServerWords } from '../policy/serverWords.ts';
import type { ServerWord } from '../policy/serverWords.ts';
import type { AppState } from './state.ts';

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
    (diff?.remarks ?? []).flatMap(({ said = '' }) => readServerWords(said).map((word) => ({ key, word }))),
  );
  if (words.length === 0) return verdicts;
  const isConfirmed = (verdict: PolicyVerdict): boolean =>
    words.some(({ key, word }) => key === verdict.object && isSame(verdict, word));
  const marked = verdicts.map((each) => (isConfirmed(each) ? { ...each, saidBy: server } : each));
  const unknown = words.filter(({ key, word }) => !verdicts.some((each) => each.object === key && isSame(each, word)));
  return [...marked, ...unknown.map(({ key, word }) => verdictOf(app.id, key, word, server))];
}

/** A server warns of a controller by the level that would deny its Pods: what happens is among what was judged to happen. */
function isSame({ result }: PolicyVerdict, word: ServerWord): boolean {
  const isViolation = ['policy.denied', 'policy.warned'].includes(codeOf(result) ?? '');
  const isWord = word.actions.every((each) => result.actions.includes(each));
  const isRule = (result.rule ?? word.rule) === (word.rule ?? result.rule);
  return isViolation && isWord && isRule && result.policy === word.policy;
}

function verdictOf(app: AppId, object: ResourceKey, word: ServerWord, server: string): PolicyVerdict {
  return { app, object, result: { request: '', ...word }, saidBy: server };
}

import { isObject, listAt, stringAt } from '../../src/core/model/json.ts';
import type { PolicyResult } from '../../src/core/policy/judgement.ts';

/** What a server answers, as far as admission decides it. */
export interface Word {
  /** Its refusal, or nothing. */
  readonly denial: string | undefined;
  readonly warnings: readonly string[];
}

/** Those of a server's warnings that are admission's: it warns of other things too. */
export function readWarnings(warnings: readonly string[]): readonly string[] {
  return warnings.filter((each) => /^Validation failed|PodSecurity/.test(each));
}

/** What a server may say: it stops at the first denial, and which policy's or binding's comes first it does not promise. */
export function countOf(expect: (result: PolicyResult) => Word): (results: readonly PolicyResult[]) => Word[] {
  return (results) => {
    const words = results.map(expect);
    const warnings = [...new Set(words.flatMap((word) => word.warnings))];
    const denials = words.flatMap(({ denial }) => (denial === undefined ? [] : [denial]));
    return (denials.length > 0 ? denials : [undefined]).map((denial) => ({ denial, warnings }));
  };
}

/** What a server says of a result of the policies in CEL. */
export function expectPolicies(result: PolicyResult): Word {
  const { policy, binding, message = '', actions } = result;
  const isFailure = result.result === 'fail' || result.result === 'warn';
  if (!isFailure) return { denial: undefined, warnings: [] };
  const all = listAt(result.details, 'failures').filter(isObject);
  const messages = all.length === 0 ? [message] : all.map((each) => stringAt(each, 'message') ?? '');
  const place = binding === undefined ? `'${policy}'` : `'${policy}' with binding '${binding}'`;
  return {
    denial: actions.includes('Deny') ? `ValidatingAdmissionPolicy ${place} denied request: ${message}` : undefined,
    warnings: actions.includes('Warn')
      ? messages.map((each) => `Validation failed for ValidatingAdmissionPolicy ${place}: ${each}`)
      : [],
  };
}

/** What a server says of a result of Pod Security. */
export function expectPodSecurity({ result, message = '', actions }: PolicyResult): Word {
  if (result === 'pass') return { denial: undefined, warnings: [] };
  const template = 'its Pods would be rejected: ';
  const isPod = !message.startsWith(template);
  const isDenied = isPod && actions.includes('Deny');
  const warning = message.replace(template, '');
  return { denial: isDenied ? message : undefined, warnings: !isDenied && actions.includes('Warn') ? [warning] : [] };
}

/** Tells whether a server said what was expected. */
export function isSameWord(expected: Word, word: Word): boolean {
  // A server puts before it which object is forbidden, and escapes what it reports.
  const isDenial =
    expected.denial === undefined ? word.denial === undefined : (word.denial?.endsWith(expected.denial) ?? false);
  const [mine, its] = [expected.warnings, word.warnings].map((each) => JSON.stringify([...each].sort()));
  return isDenial && mine === its;
}

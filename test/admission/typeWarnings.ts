import { listAt, stringAt } from '../../src/core/model/json.ts';
import type { Json } from '../../src/core/model/json.ts';
import type { PolicyProblem } from '../../src/core/policy/judgement.ts';

/** What is said of the types of one expression. */
export interface TypeWarning {
  /** JSON pointer into the policy. */
  readonly at: string;
  readonly text: string;
}

const beginning = 'The expression does not fit the fields of what the policy matches: ';

/** The engine's warning about types, if the problem is one. */
export function typeWarningIn({ at = '', message }: PolicyProblem): TypeWarning | undefined {
  return message.startsWith(beginning) ? { at, text: message.slice(beginning.length) } : undefined;
}

/**
 * A controller manager's warnings about a policy's types, without the number by which it tells the types of one moment
 * apart, and without empty lines.
 */
export function statedWarnings(policy: Json): readonly TypeWarning[] {
  return listAt(policy, 'status', 'typeChecking', 'expressionWarnings').map((each) => ({
    at: `/${(stringAt(each, 'fieldRef') ?? '').replaceAll(/[.[]/g, '/').replaceAll(']', '')}`,
    text: (stringAt(each, 'warning') ?? '')
      .trim()
      .replaceAll('\n\n', '\n')
      .replaceAll(/\b([A-Z][A-Za-z]+)\d{5,9}\b/g, '$1'),
  }));
}

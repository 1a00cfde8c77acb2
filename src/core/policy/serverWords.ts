import type { PolicyResult } from './judgement.ts';

/** What a server's refusal or warning says of one policy. */
export interface ServerWord {
  readonly policy: string;
  readonly rule?: string | undefined;
  readonly result: 'fail' | 'warn';
  readonly actions: PolicyResult['actions'];
  readonly message: string;
}

/** How one engine words a denial or warning: groups `policy`, `rule` and `message`. */
interface Wording {
  readonly pattern: RegExp;
  readonly denies: boolean;
}

/**
 * Texts of k8s.io/apiserver (`validating/dispatcher.go`), k8s.io/pod-security-admission (`admission.go`), Gatekeeper
 * (`[constraint] message`, joined by line ends) and Kyverno's policies in CEL (`webhooks/resource/vpol/handler.go`).
 */
const wordings: readonly Wording[] = [
  {
    pattern: /ValidatingAdmissionPolicy '(?<policy>[^']+)' with binding '[^']+' denied request: (?<message>[^]+)/g,
    denies: true,
  },
  {
    pattern:
      /Validation failed for ValidatingAdmissionPolicy '(?<policy>[^']+)' with binding '[^']+': (?<message>[^]+)/g,
    denies: false,
  },
  { pattern: /would violate (?<policy>PodSecurity) "(?<rule>[^"]+)": (?<message>[^]+)/g, denies: false },
  { pattern: /(?<!would )violates (?<policy>PodSecurity) "(?<rule>[^"]+)": (?<message>[^]+)/g, denies: true },
  {
    pattern:
      /(?:validation\.gatekeeper\.sh" denied the request: |\n)\[(?<policy>[a-z0-9][a-z0-9.-]*)\] (?<message>[^\n]+)/g,
    denies: true,
  },
  { pattern: /^Policy (?<policy>[a-z0-9][a-z0-9.-]*) failed: (?<message>[^]+)/gm, denies: true },
];

/** The policies that a server's text names, with what it says of each; none for a text that is about something else. */
export function readServerWords(text: string): readonly ServerWord[] {
  const words = wordings.flatMap(({ pattern, denies }) =>
    [...text.matchAll(pattern)].flatMap(({ groups }): readonly ServerWord[] => {
      const { policy, rule, message } = groups ?? {};
      return policy === undefined || message === undefined ? [] : [wordOf(policy, rule, message, denies)];
    }),
  );
  return [...words, ...blockedByKyverno(text)];
}

function wordOf(policy: string, rule: string | undefined, message: string, denies: boolean): ServerWord {
  // A refusal is quoted in parentheses by who tells of it.
  const said = message.trim().replace(/\)$/, message.includes('(') ? ')' : '');
  return { policy, rule, result: denies ? 'fail' : 'warn', actions: [denies ? 'Deny' : 'Warn'], message: said };
}

/** `… was blocked due to the following policies`, then policy, rule and message as a YAML map (`utils/block.go`). */
function blockedByKyverno(text: string): readonly ServerWord[] {
  const [, list] = text.split(/was blocked due to the following policies\s*/);
  if (list === undefined) return [];
  const words: ServerWord[] = [];
  let policy: string | undefined;
  for (const line of list.split('\n')) {
    const head = /^(?<name>[a-z0-9][a-z0-9.-]*):\s*$/.exec(line)?.groups?.name;
    const entry = /^ {2}(?<rule>[^\s:][^:]*): (?<message>.+)$/.exec(line)?.groups;
    if (head !== undefined) policy = head;
    else if (entry !== undefined && policy !== undefined) {
      const { rule, message = '' } = entry;
      words.push(wordOf(policy, rule, message.replace(/^'(.*)'$/, '$1').replaceAll("''", "'"), true));
    }
  }
  return words;
}

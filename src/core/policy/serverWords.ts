import type { JsonPointer } from '../model/difference.ts';
import { objectAt } from '../model/json.ts';
import { readYaml } from '../yaml/readYaml.ts';
import type { PolicyResult } from './judgement.ts';

/** What a server's refusal or warning says of one policy. */
export interface ServerWord {
  readonly policy: string;
  readonly rule?: string | undefined;
  readonly result: 'fail' | 'warn';
  readonly actions: PolicyResult['actions'];
  readonly message: string;
  /** The field at fault, where the text names it. */
  readonly path?: JsonPointer | undefined;
}

/** How one engine words a denial or warning: groups `policy`, `rule` and `message`. */
interface Wording {
  readonly pattern: RegExp;
  readonly denies: boolean;
}

/**
 * Texts of k8s.io/apiserver (`validating/dispatcher.go`), k8s.io/pod-security-admission (`admission.go`), Gatekeeper
 * (`[constraint] message`, joined by line ends; a warning is one), Kyverno's warnings (`webhooks/utils/warning.go`) and its
 * policies in CEL (`webhooks/resource/vpol/handler.go`).
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
  { pattern: /^\[(?<policy>[a-z0-9][a-z0-9.-]*)\] (?<message>[^\n]+)/g, denies: false },
  { pattern: /^policy (?<policy>[a-z0-9][a-z0-9-]*)\.(?<rule>[^\s:]+): (?<message>[^]+)/g, denies: false },
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
  const said = message.trim();
  const path = /failed at path (?<path>\/\S*[^\s/.,])/.exec(said)?.groups?.path;
  return { policy, rule, result: denies ? 'fail' : 'warn', actions: [denies ? 'Deny' : 'Warn'], message: said, path };
}

/** `… was blocked due to the following policies`, then policy, rule and message as a YAML map (`utils/block.go`). */
function blockedByKyverno(text: string): readonly ServerWord[] {
  const [, list] = text.split(/was blocked due to the following policies\s*/);
  if (list === undefined) return [];
  const policies = objectAt(readYaml(list, 'plain').documents[0]?.value) ?? {};
  return Object.entries(policies).flatMap(([policy, rules]) =>
    Object.entries(objectAt(rules) ?? {}).flatMap(([rule, message]) =>
      typeof message === 'string' ? [wordOf(policy, rule, message, true)] : [],
    ),
  );
}

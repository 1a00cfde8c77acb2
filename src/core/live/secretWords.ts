import { stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';

/** Stands for what was taken out of a message. */
const hidden = '‹hidden›';

/**
 * A controller's message without what may be a Secret's value: API servers quote the value that they refuse. In a line that
 * is about a Secret only its name is left of what is quoted; what looks like base64 goes too.
 */
export function hidingSecrets(message: string): string;
export function hidingSecrets(message: string | undefined): string | undefined;
export function hidingSecrets(message: string | undefined): string | undefined {
  if (message === undefined || !/secret/i.test(message)) return message;
  return message
    .split('\n')
    .map((line) => (/secret/i.test(line) ? hideQuoted(line) : line))
    .join('\n');
}

/** The same for the `message` of a condition, operation or result that a controller wrote; `undefined` for none. */
export function saidBy(value: Json | undefined): string | undefined {
  return hidingSecrets(stringAt(value, 'message')) || undefined;
}

/** The same where the result is about a Secret itself, which its words need not say. */
export function saidOfSecret(value: Json | undefined): string | undefined {
  return stringAt(value, 'message')?.split('\n').map(hideQuoted).join('\n') || undefined;
}

/** Quoted names that follow their kind (`Secret "keys"`, `secrets "keys"`), and those of groups, verbs and users in refusals. */
const named = /(?:\b(?:secrets?|user|resource|api group|namespace|serviceaccount|kind|field|in the namespace) )$/i;

function hideQuoted(said: string): string {
  // An excerpt begins anywhere, so that its quotes would pair up wrongly.
  const line = said.replace(excerpt, hidden);
  const withoutQuotes = line.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, (quoted, at: number) =>
    named.test(line.slice(0, at)) ? quoted : hidden,
  );
  return unquoted.reduce((text, pattern) => text.replaceAll(pattern, hidden), withoutQuotes);
}

/** What JSON decoders quote around the byte that they stop at (json-iterator `ReportError`). */
const excerpt = /(?<=found in #\d+ byte of ).*/i;

/** Values without quotes. */
const unquoted: readonly RegExp[] = [
  // Of a refusal (k8s.io/apimachinery `field.Error`): a number, or a structure as a whole.
  /(?<=Invalid value: )(?:[^:]*[[{].*[\]}]|[^:]+)/gi,
  // Of a wrong type (structured-merge-diff), and a map, as Go prints them.
  /(?<=\{Value:)[^}]*/g,
  /(?<=\bmap\[).*(?=\])/g,
  // Padded base64, or a long run of its letters that is no commit.
  /[A-Za-z0-9+/]{8,}={1,2}(?!\w)|\b(?![0-9a-f]{40}\b)[A-Za-z0-9+/]{32,}\b/g,
];

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

/** Quoted names that follow their kind (`Secret "keys"`, `secrets "keys"`), and those of groups, verbs and users in refusals. */
const named = /(?:\b(?:secrets?|user|resource|api group|namespace|serviceaccount|kind|field|in the namespace) )$/i;

function hideQuoted(line: string): string {
  const withoutQuotes = line.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, (quoted, at: number) =>
    named.test(line.slice(0, at)) ? quoted : hidden,
  );
  return withoutQuotes.replaceAll(/(?<=Invalid value: )[^:]+/gi, hidden).replaceAll(encoded, hidden);
}

/** Padded base64, or a long run of its letters that is no commit. */
const encoded = /[A-Za-z0-9+/]{8,}={1,2}(?!\w)|\b(?![0-9a-f]{40}\b)[A-Za-z0-9+]{32,}\b/g;

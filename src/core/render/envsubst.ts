/** The outcome of an expansion; `why` ends a sentence. */
export type Expansion =
  { readonly kind: 'expanded'; readonly text: string } | { readonly kind: 'failed'; readonly why: string };

type Lookup = (name: string) => string | undefined;

/**
 * Expands `${…}` as fluxcd/pkg's envsubst does: unset variables are empty, `$${x}` stays as `${x}`, `$x` is left alone;
 * defaults (`:-`, `:=`, `-`, `=`), cutting (`#`, `##`, `%`, `%%`), replacing (`/`, `//`, `/#`, `/%`), case (`^`, `^^`, `,`, `,,`),
 * substrings (`:1:2`) and length (`${#x}`).
 */
export function expand(text: string, lookup: Lookup): Expansion {
  let out = '';
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('$', at);
    if (next < 0) return { kind: 'expanded', text: out + text.slice(at) };
    out += text.slice(at, next);
    if (text.startsWith('$${', next)) {
      const end = closingBrace(text, next + 3);
      out += text.slice(next + 1, end + 1);
      at = end + 1;
    } else if (text.startsWith('${', next)) {
      const end = closingBrace(text, next + 2);
      if (end >= text.length) return { kind: 'failed', why: 'a closing brace is missing.' };
      const value = expandOne(text.slice(next + 2, end), lookup);
      if (value.kind === 'failed') return value;
      out += value.text;
      at = end + 1;
    } else {
      out += '$';
      at = next + 1;
    }
  }
  return { kind: 'expanded', text: out };
}

/** Index of the brace that closes the one before `from`; the text's length when there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function expandOne(body: string, lookup: Lookup): Expansion {
  const length = /^#([A-Za-z_]\w*)$/.exec(body);
  if (length) return done(String((lookup(length[1] ?? '') ?? '').length));
  const parts = /^([A-Za-z_]\w*)(.*)$/s.exec(body);
  if (!parts) return { kind: 'failed', why: `"\${${body}}" is no variable; write "$\${${body}}" to keep it.` };
  const [, name = '', operation = ''] = parts;
  const value = lookup(name) ?? '';
  const fallback = /^(:?[-=])(.*)$/s.exec(operation);
  if (fallback) return value === '' ? expand(fallback[2] ?? '', lookup) : done(value);
  return operate(value, operation, body, lookup);
}

function operate(value: string, operation: string, body: string, lookup: Lookup): Expansion {
  const [simple] = caseOperations.filter(([sign]) => sign === operation);
  if (operation === '') return done(value);
  if (simple) return done(simple[1](value));
  const slice = /^:(\d+)(?::(\d+))?$/.exec(operation);
  if (slice)
    return done(
      value.slice(Number(slice[1]), slice[2] === undefined ? undefined : Number(slice[1]) + Number(slice[2])),
    );
  const other = /^(\/\/|\/#|\/%|\/|##|#|%%|%)(.*)$/s.exec(operation);
  if (!other) return { kind: 'failed', why: `"\${${body}}" is not understood.` };
  const argument = expand(other[2] ?? '', lookup);
  return argument.kind === 'failed' ? argument : done(cutOrReplace(value, other[1] ?? '', argument.text));
}

const caseOperations: readonly (readonly [string, (value: string) => string])[] = [
  ['^^', (value) => value.toUpperCase()],
  [',,', (value) => value.toLowerCase()],
  ['^', (value) => value.charAt(0).toUpperCase() + value.slice(1)],
  [',', (value) => value.charAt(0).toLowerCase() + value.slice(1)],
];

function cutOrReplace(value: string, sign: string, argument: string): string {
  const slash = argument.indexOf('/');
  const [from, to] = slash < 0 ? [argument, ''] : [argument.slice(0, slash), argument.slice(slash + 1)];
  switch (sign) {
    case '//':
      return value.replaceAll(from, () => to);
    case '/':
      return value.replace(from, () => to);
    case '/#':
      return value.startsWith(from) ? to + value.slice(from.length) : value;
    case '/%':
      return value.endsWith(from) ? value.slice(0, value.length - from.length) + to : value;
    case '#':
    case '##':
      return value.replace(pattern(argument, '^', '', sign === '##'), '');
    default:
      return cutEnd(value, argument, sign === '%%');
  }
}

/** Removes the shortest or longest end that matches; a regular expression alone would find the leftmost, the longest one. */
function cutEnd(value: string, argument: string, isLongest: boolean): string {
  const starts = Array.from({ length: value.length + 1 }, (_, at) => at);
  const matches = starts.filter((at) => pattern(argument, '^', '$', true).test(value.slice(at)));
  const at = isLongest ? matches[0] : matches.at(-1);
  return at === undefined ? value : value.slice(0, at);
}

function pattern(glob: string, start: string, end: string, isGreedy: boolean): RegExp {
  const source = glob
    .replaceAll(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('?', '.')
    .replaceAll('*', isGreedy ? '.*' : '.*?');
  return new RegExp(start + source + end, 's');
}

function done(text: string): Expansion {
  return { kind: 'expanded', text };
}

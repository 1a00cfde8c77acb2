/**
 * Matches a path against a pattern as Argo CD's `directory.include` and `exclude` do (gobwas/glob without separators):
 * `*` and `**` match any run of characters, slashes too, `?` one character, `[a-z]` and `[!a-z]` classes, `{a,b}` choices.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const expression = toExpression(pattern);
  try {
    return new RegExp(`^(?:${expression})$`, 's').test(path);
  } catch {
    return path === pattern;
  }
}

function toExpression(pattern: string): string {
  let depth = 0;
  return [...pattern.matchAll(/\\(.)|\*+|\?|\[(!?)([^\]]*)\]|[{},]|[^\\*?[{},]+|[[\\]/gs)]
    .map((match) => {
      const [token, escaped, negated, members] = match;
      if (escaped !== undefined) return quote(escaped);
      if (token.startsWith('*')) return '.*';
      if (token === '?') return '.';
      if (members !== undefined) return `[${negated === '!' ? '^' : ''}${members.replace(/[\\\]^]/g, '\\$&')}]`;
      if (token === '{') {
        depth += 1;
        return '(?:';
      }
      if (token === '}' && depth > 0) {
        depth -= 1;
        return ')';
      }
      if (token === ',' && depth > 0) return '|';
      return quote(token);
    })
    .join('');
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * Matches a path against a pattern as Argo CD does for value files (doublestar): `*` and `?` stay within one folder, `**`
 * stands for any folders, `[a-z]` and `[!a-z]` are classes, `{a,b}` choices.
 */
export function matchesPathGlob(path: string, pattern: string): boolean {
  let depth = 0;
  const expression = [...pattern.matchAll(/\*\*\/|\*\*|\*|\?|\[(!?)([^\]]+)\]|[{},]|[^*?[{},]+|\[/g)].map((match) => {
    const [token, negated, members] = match;
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (members !== undefined) return `[${negated === '!' ? '^' : ''}${members.replace(/[\\\]^]/g, '\\$&')}]`;
    if (token === '{') depth += 1;
    if (token === '{') return '(?:';
    if (token === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (token === ',' && depth > 0) return '|';
    return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  try {
    return new RegExp(`^${expression.join('')}$`, 's').test(path);
  } catch {
    return path === pattern;
  }
}

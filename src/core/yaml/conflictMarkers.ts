/** The line, from 1, on which a merge left its first conflict marker (gitformat: seven `<` and a space); `undefined` without one. */
export function findConflictMarker(text: string): number | undefined {
  // Both marks must stand: a row of `<` alone may be somebody's text.
  const start = /^<{7} /m.exec(text);
  if (start === null || !/^>{7} /m.test(text)) return undefined;
  return text.slice(0, start.index).split('\n').length;
}

import { keywordOf, templateBlocks, templateSegments } from './templateText.ts';

/** A stretch of a template whose output hangs on what a cluster answers to `lookup`. */
export interface LookupRegion {
  readonly start: number;
  readonly end: number;
}

/**
 * The blocks and actions of a template that ask the cluster, or use a variable that was set by asking; outermost ones
 * only. Assignments write nothing and are left where they stand.
 */
export function lookupRegions(text: string): readonly LookupRegion[] {
  const segments = templateSegments(text);
  const tainted = new Set<string>();
  const asks = (code: string): boolean =>
    /\blookup\b/.test(code) || [...code.matchAll(/\$\w+/g)].some(([name]) => tainted.has(name));
  for (const { code } of segments) {
    const variable = /^(\$\w+)\s*:?=/.exec(code)?.[1];
    if (variable !== undefined && asks(code)) tainted.add(variable);
  }
  const blocks = templateBlocks(segments).filter(({ keyword, code }) => keyword !== 'define' && asks(code));
  const actions = segments.filter(
    (each) => each.kind === 'action' && !['if', 'with', 'range', 'else', 'end'].includes(keywordOf(each)),
  );
  const outputs = actions.filter(({ code }) => !/^\$\w+\s*:?=/.test(code) && asks(code));
  const regions = [...blocks, ...outputs].map(({ start, end }) => ({ start, end }));
  return regions.filter(
    (each) => !regions.some((other) => other !== each && other.start <= each.start && other.end >= each.end),
  );
}

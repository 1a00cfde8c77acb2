/** A stretch of a Go template: text that is copied, or one action `{{ … }}`; offsets in the file, `end` exclusive. */
export interface TemplateSegment {
  readonly kind: 'text' | 'action';
  readonly start: number;
  readonly end: number;
  /** For an action: what it says, without delimiters and trim marks; offsets of it in the file. */
  readonly code: string;
  readonly codeStart: number;
}

/** Splits a template as `text/template` does; an action that never ends takes the rest. Comments are actions without code. */
export function templateSegments(text: string): readonly TemplateSegment[] {
  const segments: TemplateSegment[] = [];
  let at = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    if (open > at) segments.push({ kind: 'text', start: at, end: open, code: '', codeStart: at });
    const end = endOfAction(text, open + 2);
    const inner = text.slice(open + 2, end - 2);
    const lead = /^(?:-\s)?\s*/.exec(inner)?.[0].length ?? 0;
    const code = inner.slice(lead).replace(/\s*(?:\s-)?$/, '');
    const isComment = code.startsWith('/*');
    segments.push({ kind: 'action', start: open, end, code: isComment ? '' : code, codeStart: open + 2 + lead });
    at = end;
  }
  if (at < text.length) segments.push({ kind: 'text', start: at, end: text.length, code: '', codeStart: at });
  return segments;
}

function endOfAction(text: string, from: number): number {
  for (const match of text
    .slice(from)
    .matchAll(/"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\}\}/g)) {
    if (match[0] === '}}') return from + match.index + 2;
  }
  return text.length;
}

/** The first word of an action: `if`, `end`, `define`, a function, a variable. */
export function keywordOf({ code }: TemplateSegment): string {
  return /^[a-zA-Z]+\b/.exec(code)?.[0] ?? '';
}

/** A block from its opening action to its `end`, both included; a file that does not close it ends it. */
export interface TemplateBlock {
  readonly keyword: string;
  readonly code: string;
  readonly start: number;
  readonly end: number;
}

const openers: ReadonlySet<string> = new Set(['if', 'with', 'range', 'define', 'block']);

/** The blocks of a template, inner ones before those around them. */
export function templateBlocks(segments: readonly TemplateSegment[]): readonly TemplateBlock[] {
  const open: TemplateSegment[] = [];
  const blocks: TemplateBlock[] = [];
  for (const segment of segments) {
    const keyword = keywordOf(segment);
    if (openers.has(keyword)) open.push(segment);
    if (keyword !== 'end') continue;
    const opener = open.pop();
    if (opener === undefined) continue;
    blocks.push({ keyword: keywordOf(opener), code: opener.code, start: opener.start, end: segment.end });
  }
  return blocks;
}

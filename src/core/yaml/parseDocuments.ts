import { Composer, Lexer, Parser } from 'yaml';
import type { Document, DocumentOptions, LineCounter, ParseOptions, SchemaOptions } from 'yaml';
import type { PlacedProblem } from './readYaml.ts';

/** What a parser made of a text; with `tooDeep` nothing from that document on was read. */
export interface ParsedDocuments {
  readonly documents: readonly Document.Parsed[];
  readonly tooDeep?: PlacedProblem | undefined;
}

/** Maps and lists inside each other; no object of Kubernetes has a tenth of it, and each level takes its part of the stack. */
const deepest = 500;

/** Parses all documents of a text, no deeper than the stack of any later reader bears. */
export function parseDocuments(
  text: string,
  lines: LineCounter,
  options: DocumentOptions & ParseOptions & SchemaOptions,
): ParsedDocuments {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer(options);
  const documents: Document.Parsed[] = [];
  const compose = (tokens: ReturnType<Parser['next']>): void => {
    for (const token of tokens) documents.push(...composer.next(token));
  };
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    compose(parser.next(lexeme));
    // The outermost entry of the parser's stack is the document.
    if (parser.stack.length > deepest + 1) return { documents: finish(), tooDeep: tooDeepAt(parser.offset) };
  }
  compose(parser.end());
  return { documents: finish() };

  function finish(): readonly Document.Parsed[] {
    return [...documents, ...composer.end()];
  }
}

function tooDeepAt(offset: number): PlacedProblem {
  const message = `Maps and lists lie more than ${String(deepest)} levels deep in each other here, which Plumbline does not read. Look for what repeats itself, or make it flatter.`;
  return { severity: 'error', code: 'syntax', message, offset };
}

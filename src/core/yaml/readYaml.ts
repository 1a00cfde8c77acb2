import { LineCounter } from 'yaml';
import type { Document } from 'yaml';
import type { Json } from '../model/json.ts';
import { findConflictMarker } from './conflictMarkers.ts';
import { parseDocuments } from './parseDocuments.ts';
import { scalarTagsOf } from './scalarTags.ts';
import type { YamlProfile } from './scalarTags.ts';
import { toJson } from './toJson.ts';

export type { YamlProfile } from './scalarTags.ts';

/** What a text holds. A document with an error is not in `documents`: no reconciler would apply it. */
export interface YamlReading {
  readonly documents: readonly YamlDoc[];
  readonly problems: readonly YamlProblem[];
  /** Line and column, both from 1, of an offset in UTF-16 units. */
  lineOf(offset: number): { readonly line: number; readonly column: number };
}

/** One document that holds something. */
export interface YamlDoc {
  /** As the profile's tool reads it: aliases and merge keys resolved. */
  readonly value: Json;
  /** The parsed document; its nodes carry `range`, offsets in UTF-16 units into the whole text. */
  readonly document: Document.Parsed;
  /** Position among all documents of the text from 0, empty ones counted. */
  readonly index: number;
  /** Offsets in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

export type YamlProblemCode =
  'syntax' | 'duplicate-key' | 'bad-key' | 'bad-alias' | 'bad-merge' | 'not-json' | 'number-loses-digits' | 'tag';

/** Trouble in a text; an `error` keeps its document out. Line and column start at 1. */
export interface YamlProblem {
  readonly severity: 'error' | 'warning';
  readonly code: YamlProblemCode;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** Index of the document it is in. */
  readonly document: number;
}

/** Reads a YAML (or JSON) text the way the profile's tools do. Never throws for bad text. */
export function readYaml(text: string, profile: YamlProfile): YamlReading {
  const lineCounter = new LineCounter();
  const lineOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parsed = parseDocuments(text, lineCounter, {
    schema: 'failsafe',
    customTags: scalarTagsOf(profile),
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents: YamlDoc[] = [];
  const problems: YamlProblem[] = [];
  const tell = (found: readonly PlacedProblem[], document: number): void => {
    problems.push(...found.map(({ offset, ...rest }) => ({ ...rest, ...lineOf(offset), document })));
  };
  for (const [index, document] of parsed.documents.entries()) {
    const found = problemsOf(document);
    const value = found.some(({ severity }) => severity === 'error')
      ? null
      : toJson(document, profile, (problem) => found.push(problem));
    tell(found, index);
    if (value === null || found.some(({ severity }) => severity === 'error')) continue;
    const [start, , end] = document.range;
    documents.push({ value, document, index, start, end });
  }
  if (parsed.tooDeep !== undefined) tell([parsed.tooDeep], parsed.documents.length);
  return { documents, problems: retellConflict(text, problems), lineOf };
}

/** A merge that left its markers makes one problem of a file, not as many as the parser stumbles over. */
function retellConflict(text: string, problems: readonly YamlProblem[]): readonly YamlProblem[] {
  const broken = problems.find(({ code }) => code === 'syntax');
  if (broken === undefined) return problems;
  const line = findConflictMarker(text);
  if (line === undefined) return problems;
  const message = 'A merge left its conflict markers here (<<<<<<<). Choose what is to stay and remove the markers.';
  return [{ ...broken, message, line, column: 1 }, ...problems.filter(({ code }) => code !== 'syntax')];
}

/** What the parser itself complained of; the first error only, as those after it are mostly its echo. */
function problemsOf(document: Document.Parsed): PlacedProblem[] {
  const [error] = document.errors;
  const warnings = document.warnings.map((each) => ({
    severity: 'warning' as const,
    code: 'tag' as const,
    message: each.message,
    offset: each.pos[0],
  }));
  if (error === undefined) return warnings;
  return [
    { severity: 'error', code: 'syntax', message: `This is not valid YAML: ${error.message}`, offset: error.pos[0] },
    ...warnings,
  ];
}

/** A problem before its offset became line and column. */
export interface PlacedProblem {
  readonly severity: 'error' | 'warning';
  readonly code: YamlProblemCode;
  readonly message: string;
  readonly offset: number;
}

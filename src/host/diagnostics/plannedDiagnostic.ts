import { findingCodes } from '../../core/model/finding.ts';
import type { Finding, FindingCode, FindingDocument, RelatedPlace, Severity } from '../../core/model/finding.ts';
import { stringAt } from '../../core/model/json.ts';
import type { Place, RepoPath, TextRange } from '../../core/model/place.ts';
import { placeOfProblem } from '../../core/overview/findings.ts';
import type { OverviewState } from '../../core/overview/state.ts';

/** What a person sets for a code; `off` shows it in the tree only. */
export type SeveritySetting = Severity | 'off';

/** Severities by code; absent: as the core judges. */
export type SeveritySettings = Readonly<Partial<Record<FindingCode, SeveritySetting>>>;

/** One entry of the Problems view, as data. */
export interface PlannedDiagnostic {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly place: Place;
  readonly related: readonly RelatedPlace[];
  /** A web page about it. */
  readonly help?: string | undefined;
  /** The document behind it, for want of a page; without either the page that explains the codes is shown. */
  readonly document?: FindingDocument | undefined;
}

/**
 * The diagnostics of a state by file. What several apps find on the same scalar (a base shared by environments) becomes
 * one entry that names them all; a finding without a line stands on its app's own manifest.
 */
export function planDiagnostics(
  state: OverviewState,
  settings: SeveritySettings,
): ReadonlyMap<RepoPath, readonly PlannedDiagnostic[]> {
  const planned = new Map<string, PlannedDiagnostic>();
  for (const { app, findings } of state.apps) {
    for (const finding of findings) {
      const diagnostic = planOne(finding, finding.place ?? app.declared?.place, settings);
      if (diagnostic === undefined) continue;
      const key = keyOf(diagnostic);
      planned.set(key, merge(planned.get(key), diagnostic));
    }
  }
  return byFile([...planned.values(), ...planUnowned(state, settings)]);
}

/** Trouble of a place without a known text has no offsets, so its line and column tell it from others of the file. */
function keyOf({ place: { file, range, start, end }, code }: PlannedDiagnostic): string {
  return [file, range.line, range.column, start, end, code].join('\0');
}

/** Files that belong to no app because they do not parse, and objects that declare none; what an app says of the same file is enough. */
function planUnowned({ apps, problems }: OverviewState, settings: SeveritySettings): readonly PlannedDiagnostic[] {
  const told = new Set(apps.flatMap((app) => app.problems.map(({ file, message }) => `${file ?? ''}\0${message}`)));
  return problems.flatMap((problem) => {
    const place = placeOfProblem(problem);
    const { severity, message, code = 'source.unparsable' } = problem;
    const chosen = settings[code] ?? severity;
    if (place === undefined || chosen === 'off' || told.has(`${place.file}\0${message}`)) return [];
    return [{ code, severity: chosen, message, place, related: [] }];
  });
}

function byFile(diagnostics: readonly PlannedDiagnostic[]): ReadonlyMap<RepoPath, readonly PlannedDiagnostic[]> {
  const files = new Map<RepoPath, readonly PlannedDiagnostic[]>();
  for (const diagnostic of diagnostics) {
    const { file } = diagnostic.place;
    files.set(file, [...(files.get(file) ?? []), diagnostic]);
  }
  return files;
}

/** Reads the setting tolerantly: unknown codes and words are left out. */
export function readSeverities(setting: unknown): SeveritySettings {
  if (typeof setting !== 'object' || setting === null) return {};
  const values = new Map<string, unknown>(Object.entries(setting));
  const known = findingCodes.flatMap((code) => {
    const value = values.get(code);
    return isSeverity(value) ? [[code, value] as const] : [];
  });
  return Object.fromEntries(known);
}

function isSeverity(value: unknown): value is SeveritySetting {
  return ['error', 'warning', 'information', 'hint', 'off'].some((word) => word === value);
}

function planOne(
  { code, severity, message, related, document, data }: Finding,
  place: Place | undefined,
  settings: SeveritySettings,
): PlannedDiagnostic | undefined {
  const chosen = settings[code] ?? severity;
  if (place === undefined || chosen === 'off') return undefined;
  const help = stringAt(data, 'help');
  return {
    code,
    severity: chosen,
    message,
    place,
    related,
    ...(help !== undefined && { help }),
    ...(document !== undefined && { document }),
  };
}

const order: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

function merge(first: PlannedDiagnostic | undefined, next: PlannedDiagnostic): PlannedDiagnostic {
  if (first === undefined || first.message.split('\n').includes(next.message)) return first ?? next;
  const worst = order.find((severity) => severity === first.severity || severity === next.severity);
  const known = new Set(first.related.map(relatedKey));
  return {
    ...first,
    severity: worst ?? first.severity,
    message: `${first.message}\n${next.message}`,
    related: [...first.related, ...next.related.filter((related) => !known.has(relatedKey(related)))],
  };
}

function relatedKey({ message, place }: RelatedPlace): string {
  return [message, place.file, place.start].join('\0');
}

/**
 * Tells whether every place still has the text that was read there (`read` gives the text of a range); if not, the state
 * is older than the editor and the file keeps what it shows until the next state.
 */
export function isCurrent(read: (range: TextRange) => string, diagnostics: readonly PlannedDiagnostic[]): boolean {
  return diagnostics.every(({ place }) => read(place.range) === place.text);
}

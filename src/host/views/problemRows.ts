import { baseName } from '../../core/model/place.ts';
import type { RenderProblem } from '../../core/model/rendering.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import { folderRow } from './row.ts';
import type { RowContext } from './rowContext.ts';
import type { Row, RowIcon } from './row.ts';

/** Trouble of an app, a row each, with what only its findings tell. */
export function problemsRow({ app, problems, findings }: AppState, context: RowContext): readonly Row[] {
  // A finding of a problem names the app, which a row below the app need not.
  const said = new Set(problems.flatMap(({ message }) => [message, `${app.name}: ${message}`]));
  const more = findings
    .filter(({ code, message }) => code.startsWith('source.') && !said.has(message))
    .map(({ message, place, severity }): RenderProblem => ({
      severity: severity === 'error' ? 'error' : 'warning',
      message,
      file: place?.file,
      line: place?.range.line,
      column: place?.range.column,
    }));
  const children = [...problems, ...more].map((problem) => problemRow(`${app.id}|problem`, problem, context));
  if (children.length === 0) return [];
  const description = String(children.length);
  return [
    folderRow({
      id: `${app.id}|problems`,
      label: context.t('Problems'),
      description,
      isExpanded: true,
      children,
    }),
  ];
}

/** Trouble that belongs to no app. */
export function repositoryProblems(problems: readonly RenderProblem[], context: RowContext): readonly Row[] {
  if (problems.length === 0) return [];
  const children = problems.map((problem) => problemRow('problem', problem, context));
  const label = context.t('Problems');
  return [folderRow({ id: 'problems', label, description: String(problems.length), isExpanded: true, children })];
}

/** How trouble looks and what a screen reader calls it; what was not fetched is no mistake of anybody's. */
function markOf({ severity, needs }: RenderProblem, t: Translate): { readonly icon: RowIcon; readonly word: string } {
  if (needs !== undefined) return { icon: { name: 'cloud-download' }, word: t('not fetched') };
  return severity === 'error'
    ? { icon: { name: 'error', color: 'list.errorForeground' }, word: t('Error') }
    : { icon: { name: 'warning', color: 'list.warningForeground' }, word: t('Warning') };
}

function problemRow(prefix: string, problem: RenderProblem, { t }: RowContext): Row {
  const { message, file, line, column } = problem;
  const { icon, word } = markOf(problem, t);
  const where = file === undefined ? undefined : `${baseName(file)}${line === undefined ? '' : `:${line}`}`;
  return {
    id: `${prefix}|${file ?? ''}|${line ?? ''}|${message}`,
    label: message,
    description: where,
    tooltip: file === undefined ? message : `${message}\n${file}`,
    icon,
    spoken: [word, message, where].filter((part) => part !== undefined).join(', '),
    context: 'problem',
    target: file === undefined ? undefined : { kind: 'file', file, line: line ?? 1, column: column ?? 1 },
    children: [],
  };
}

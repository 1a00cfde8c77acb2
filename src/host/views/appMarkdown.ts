import { describeKey } from '../../core/model/resource.ts';
import { shortRevision } from '../../core/model/words.ts';
import type { AppState, PlacedDifference } from '../../core/overview/state.ts';
import type { RowContext } from './rowContext.ts';
import { appDescription } from './appWords.ts';
import { wordsOfDifference } from './differenceWords.ts';

/** An app as Markdown: a heading, its state, and a table of its differences; values of Secrets are never in it. */
export function appMarkdown(state: AppState, context: RowContext): string {
  const { t } = context;
  const facts = [
    appDescription(state, t),
    state.context === undefined ? undefined : t('cluster {0}', state.context),
    state.sync.appliedRevision === undefined ? undefined : t('applied {0}', shortRevision(state.sync.appliedRevision)),
  ].filter((fact) => fact !== undefined);
  const head = `### ${escapeText(state.app.name)}\n\n${escapeText(facts.join(' · '))}\n`;
  const problems = state.problems.map(({ message }) => `- ${escapeText(message)}\n`).join('');
  const table = state.differences.length === 0 ? '' : differenceTable(state.differences, context);
  return [head, problems, table].filter((part) => part !== '').join('\n');
}

function differenceTable(differences: readonly PlacedDifference[], { now, t }: RowContext): string {
  const head = row([t('Object'), t('Field'), t('Change'), t('Origin'), t('Line')]);
  const rows = differences.map((difference) => {
    const words = wordsOfDifference(difference, now, t);
    const { provenance } = difference;
    const line = provenance?.kind === 'proven' ? `${provenance.place.file}:${provenance.place.range.line}` : '';
    return row([describeKey(difference.object), words.field, words.values, words.origin, line]);
  });
  return [head, row(['---', '---', '---', '---', '---']), ...rows].join('');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => (cell === '---' ? cell : escapeText(cell))).join(' | ')} |\n`;
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\`*_<>|[\]]/g, String.raw`\$&`).replaceAll(/\s*\n\s*/g, ' ');
}

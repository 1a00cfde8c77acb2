import { severities } from '../../core/model/finding.ts';
import type { Finding } from '../../core/model/finding.ts';
import { describeKey } from '../../core/model/resource.ts';
import { count } from '../../core/model/words.ts';
import type { Report, ReportedApp } from './report.ts';

/** Characters; a GitHub comment holds 65,536, and a bot may want to add a line of its own. */
const longest = 60_000;

/** A cell is cut here; the whole text is in the other forms of output. */
const longestCell = 400;

/**
 * A report as GitHub-flavoured Markdown for a comment on a pull request: one line that says it all, a table of the apps,
 * the findings folded away by app, and what could not be judged. Texts of the repository and the cluster cannot break
 * out of their cell or call people by name. What does not fit is counted instead.
 */
export function markdownReport(report: Report): string {
  const parts = [heading(report), appsTable(report), noticesPart(report)].filter((part) => part !== '');
  let room = longest - parts.join('\n\n').length;
  const details: string[] = [];
  for (const app of report.apps) {
    const findings = report.findings.filter((finding) => finding.app === app.id);
    if (findings.length === 0) continue;
    const part = appDetails(app, findings, room);
    room -= part.length + 2;
    details.push(part);
  }
  const [first = '', ...rest] = parts;
  return `${[first, ...rest.slice(0, 1), ...details.filter((part) => part !== ''), ...rest.slice(1)].join('\n\n')}\n`;
}

function heading({ command, apps, findings, hasTrouble }: Report): string {
  const affected = apps.filter(({ id }) => findings.some(({ app }) => app === id));
  const of = `${String(affected.length)} of ${count(apps.length, 'app')}`;
  const what =
    findings.length === 0
      ? `no findings in ${count(apps.length, 'app')}`
      : `${count(findings.length, 'finding')} in ${of}`;
  const doubt = hasTrouble ? ', and not everything could be judged' : '';
  return `### Plumbline ${command}: ${what}${doubt}`;
}

function appsTable({ apps, findings }: Report): string {
  const [first] = apps;
  if (first === undefined) return '';
  const used = severities.filter((severity) => findings.some((finding) => finding.severity === severity));
  const names = Object.keys(first.facts);
  // The apps with findings first; a long fleet's quiet rest is one line.
  const loud = apps.filter(({ id }) => findings.some(({ app }) => app === id));
  const shown = apps.length <= 30 ? apps : loud.slice(0, 30);
  const rows = shown.map(({ id, name, facts }) => {
    const own = findings.filter(({ app }) => app === id);
    const counts = used.map((severity) => String(own.filter((finding) => finding.severity === severity).length));
    return row([cell(name), ...names.map((fact) => cell(facts[fact] ?? '')), ...counts]);
  });
  const head = ['app', ...names, ...used];
  const left = apps.length - shown.length;
  const rest = left === 0 ? [] : ['', `and ${count(left, 'more app')}.`];
  return [row(head), row(head.map(() => '---')), ...rows, ...rest].join('\n');
}

function noticesPart({ notices }: Report): string {
  if (notices.length === 0) return '';
  const shown = notices.slice(0, 20);
  const left = notices.length - shown.length;
  const rest = left === 0 ? [] : [`- and ${String(left)} more`];
  return ['**Not judged or not read**', '', ...shown.map((notice) => `- ${cell(notice)}`), ...rest].join('\n');
}

/** The findings of one app, as many as fit into `room` characters. */
function appDetails({ name }: ReportedApp, findings: readonly Finding[], room: number): string {
  const head = [
    `<details><summary>${cell(name)}: ${count(findings.length, 'finding')}</summary>`,
    '',
    row(['', 'object', 'finding', 'where']),
    row(['---', '---', '---', '---']),
  ];
  const foot = ['', '</details>'];
  let left = room - [...head, ...foot].join('\n').length - 40;
  const rows: string[] = [];
  for (const finding of findings) {
    const next = findingRow(finding);
    if (next.length + 1 > left) break;
    left -= next.length + 1;
    rows.push(next);
  }
  if (rows.length === 0) return '';
  const missing = findings.length - rows.length;
  const more = missing === 0 ? [] : ['', `and ${count(missing, 'more finding')}.`];
  return [...head, ...rows, ...more, ...foot].join('\n');
}

function findingRow({ severity, object, message, place }: Finding): string {
  const where = place === undefined ? '' : `${place.file}:${String(place.range.line)}`;
  return row([severity, cell(object === undefined ? '' : describeKey(object)), cell(message), cell(where)]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that Markdown, HTML and a forge's mentions and references cannot read anything into. */
function cell(text: string): string {
  const cut = text.length <= longestCell ? text : `${text.slice(0, longestCell - 1)}…`;
  return cut
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()|~!]/g, '\\$&')
    .replaceAll(/([@#])(?=\w)/g, '$1\u{200b}');
}

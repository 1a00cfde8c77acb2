import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { ScratchRepository } from '../../scripts/testing/scratchRepository.ts';
import { storefrontRepository } from '../../scripts/testing/scratchRepository.ts';
import { isFailure, readFailOn } from '../../src/cli/report/failOn.ts';
import { markdownReport } from '../../src/cli/report/markdown.ts';
import type { Report } from '../../src/cli/report/report.ts';
import { sarifLog } from '../../src/cli/report/sarif.ts';
import { appId } from '../../src/core/model/app.ts';
import type { Finding } from '../../src/core/model/finding.ts';
import { listAt, numberAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { resourceKey } from '../../src/core/model/resource.ts';
import { runCli } from './runCli.ts';
import type { CliAnswer } from './runCli.ts';

const web = appId('kustomize', { path: 'web' });
const deployment = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' });

function finding(over: Partial<Finding> = {}): Finding {
  return {
    code: 'drift.field-changed',
    severity: 'warning',
    app: web,
    object: deployment,
    path: '/spec/replicas',
    place: {
      file: 'web/a #1.yaml',
      range: { line: 7, column: 13, endLine: 7, endColumn: 14 },
      start: 80,
      end: 81,
      text: '3',
    },
    message: 'Cluster prod runs 5, Git says 3.',
    related: [
      {
        message: 'declared by web',
        place: {
          file: 'app.yaml',
          range: { line: 4, column: 9, endLine: 4, endColumn: 9 },
          start: 0,
          end: 0,
          text: '',
        },
      },
    ],
    data: { by: 'kubectl-edit' },
    ...over,
  };
}

function report(findings: readonly Finding[], over: Partial<Report> = {}): Report {
  const apps = [{ id: web, name: 'web', facts: { sync: 'Synced', health: 'Healthy' } }];
  return { command: 'diff', apps, findings, notices: [], hasTrouble: false, ...over };
}

/** The rules of the SARIF 2.1.0 schema and of code scanning that a log of ours could break. */
function checkLog(log: JsonObject): readonly Json[] {
  assert.equal(log.version, '2.1.0');
  const [run] = listAt(log, 'runs');
  const rules = listAt(run, 'tool', 'driver', 'rules');
  assert.equal(new Set(rules.map((rule) => stringAt(rule, 'id'))).size, rules.length);
  for (const rule of rules) assert.ok((stringAt(rule, 'shortDescription', 'text') ?? '') !== '');
  const results = listAt(run, 'results');
  for (const result of results) {
    const index = numberAt(result, 'ruleIndex') ?? -1;
    assert.equal(stringAt(rules[index], 'id'), stringAt(result, 'ruleId'));
    assert.ok(['error', 'warning', 'note'].includes(stringAt(result, 'level') ?? ''));
    assert.notEqual(stringAt(result, 'message', 'text') ?? '', '');
    assert.match(stringAt(result, 'partialFingerprints', 'plumblineFinding/v1') ?? '', /^[0-9a-f]{32}$/);
    const places = [...listAt(result, 'locations'), ...listAt(result, 'relatedLocations')];
    for (const place of places) checkPlace(objectAt(place, 'physicalLocation'));
  }
  return results;
}

function checkPlace(place: JsonObject | undefined): void {
  if (place === undefined) return;
  assert.match(stringAt(place, 'artifactLocation', 'uri') ?? '', /^[\w%./-]+$/, 'a relative URI reference');
  const region = objectAt(place, 'region');
  const [line = 0, column = 0] = [numberAt(region, 'startLine'), numberAt(region, 'startColumn')];
  assert.ok(line >= 1 && column >= 1);
  const end = numberAt(region, 'endLine');
  assert.ok(end === undefined || end > line || (numberAt(region, 'endColumn') ?? 0) > column);
}

describe('reports of the command line', () => {
  it('writes a SARIF log with rule, region, related places and a fingerprint that lines do not change', () => {
    const moved = { ...finding().place!, range: { line: 9, column: 13, endLine: 9, endColumn: 14 } };
    const all = [finding(), finding({ place: moved }), finding({ path: '/spec/paused', place: undefined })];
    const [one, two, three] = checkLog(sarifLog(report(all, { notices: ['x may not be read'] }), '1.2.3'));
    assert.deepEqual(valueAt(listAt(one, 'locations')[0], 'physicalLocation'), {
      artifactLocation: { uri: 'web/a%20%231.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 7, startColumn: 13, endLine: 7, endColumn: 14 },
    });
    assert.deepEqual(valueAt(listAt(one, 'relatedLocations')[0], 'physicalLocation', 'region'), {
      startLine: 4,
      startColumn: 9,
    });
    assert.deepEqual(valueAt(one, 'partialFingerprints'), valueAt(two, 'partialFingerprints'));
    assert.notDeepEqual(valueAt(one, 'partialFingerprints'), valueAt(three, 'partialFingerprints'));
    assert.equal(valueAt(listAt(three, 'locations')[0], 'physicalLocation'), undefined);
  });

  it('tells two policies apart that one field breaks', () => {
    const all = ['a', 'b'].map((policy) => finding({ data: { policy } }));
    const [one, two] = checkLog(sarifLog(report(all), '1'));
    assert.notDeepEqual(valueAt(one, 'partialFingerprints'), valueAt(two, 'partialFingerprints'));
  });

  it('says in the log what could not be judged', () => {
    const log = sarifLog(report([], { notices: ['prod is offline'], hasTrouble: true }), '1');
    const [invocation] = listAt(listAt(log, 'runs')[0], 'invocations');
    assert.equal(valueAt(invocation, 'executionSuccessful'), false);
    assert.equal(stringAt(listAt(invocation, 'toolExecutionNotifications')[0], 'message', 'text'), 'prod is offline');
  });

  it('writes Markdown in which values cannot do harm', () => {
    const text = markdownReport(report([finding({ message: 'runs <img src=x> | `@team` #12 [a](b)\n# big' })]));
    assert.match(text, /^### Plumbline diff: 1 finding in 1 of 1 app\n/);
    assert.match(text, /\| web \| Synced \| Healthy \| 1 \|/);
    assert.ok(text.includes('runs &lt;img src=x&gt; \\| \\`@\u{200b}team\\` #\u{200b}12 \\[a\\]\\(b\\) # big'));
    assert.ok(text.includes('web/a #\u{200b}1.yaml:7'));
  });

  it('keeps Markdown within a comment and counts what is left out', () => {
    const all = Array.from({ length: 5000 }, (_, n) =>
      finding({ path: `/data/${String(n)}`, message: 'x'.repeat(900) }),
    );
    const text = markdownReport(report(all, { notices: Array.from({ length: 500 }, () => 'y'.repeat(900)) }));
    assert.ok(text.length < 65_000 && text.length > 50_000, String(text.length));
    assert.match(text, /and \d{4} more findings\.\n\n<\/details>/);
    assert.match(text, /- and 480 more/);
  });

  const failing: readonly (readonly [string, boolean])[] = [
    ['none', false],
    ['error', false],
    ['warning', true],
    ['hint', true],
    ['error,hint', true],
    ['drift', true],
    ['drift.field-changed', true],
    ['drift.field-removed,error', false],
    ['pending', false],
  ];
  for (const [words, isFailed] of failing) {
    it(`${isFailed ? 'fails' : 'does not fail'} for a warning of drift with --fail-on ${words}`, () => {
      assert.equal(isFailure(finding(), readFailOn(words.split(','))), isFailed);
    });
  }
});

describe('the command line over a changed working tree', () => {
  let repository: ScratchRepository;
  const file = 'apps/web/overlays/prod/web-size.yaml';
  let line: number;

  const plumbline = (...args: readonly string[]): Promise<CliAnswer> =>
    runCli([...args, '--folder', repository.folder]);

  before(async () => {
    repository = await storefrontRepository();
    const text = await readFile(path.join(repository.folder, file), 'utf8');
    line = text.split('\n').findIndex((each) => each.includes('replicas:')) + 1;
    await writeFile(path.join(repository.folder, file), text.replace(/replicas: .*/, 'replicas: 9'));
  });
  after(() => repository.remove());

  it('puts an uncommitted change on its line in the SARIF log', async () => {
    const { exit, stdout } = await plumbline('diff', '--app', 'web', '--origin', 'uncommitted', '-o', 'sarif');
    assert.equal(exit, 1);
    // Our own output, read back.
    const [result, ...more] = checkLog(JSON.parse(stdout) as JsonObject);
    assert.deepEqual(more, []);
    assert.equal(stringAt(result, 'ruleId'), 'pending.uncommitted');
    const place = objectAt(listAt(result, 'locations')[0], 'physicalLocation');
    assert.equal(stringAt(place, 'artifactLocation', 'uri'), file);
    assert.equal(numberAt(place, 'region', 'startLine'), line);
  });

  it('counts only the origins that were asked for, and fails only for what was named', async () => {
    assert.equal((await plumbline('diff', 'web', '--origin', 'drift,unpushed')).exit, 0);
    assert.equal((await plumbline('diff', 'web', '--fail-on', 'drift,warning')).exit, 0);
    const { exit, stdout } = await plumbline('diff', 'web', '--fail-on', 'pending.uncommitted', '-o', 'markdown');
    assert.equal(exit, 1);
    assert.match(stdout, /Not committed: Deployment web, spec\.replicas becomes 9/);
  });
});

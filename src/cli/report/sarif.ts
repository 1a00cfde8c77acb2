import { createHash } from 'node:crypto';
import { findingCodes, findingWords } from '../../core/model/finding.ts';
import type { Finding, FindingCode, Severity } from '../../core/model/finding.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { Place } from '../../core/model/place.ts';
import { describeKey } from '../../core/model/resource.ts';
import { wordsOfPath } from '../../core/model/words.ts';
import { appName } from './report.ts';
import type { Report } from './report.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/**
 * A report as SARIF 2.1.0 (OASIS standard), for code scanning and editors. Files are relative to the repository's root
 * (`%SRCROOT%`). What could not be judged is a notification of the run, for it is no fault of a line.
 */
export function sarifLog(report: Report, version: string): JsonObject {
  const rules = findingCodes.filter((code) => report.findings.some((finding) => finding.code === code));
  const notifications = report.notices.map((text) => ({ level: 'warning', message: { text } }));
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Plumbline', semanticVersion: version, rules: rules.map((code) => ruleOf(code, report)) },
        },
        // Ends with a slash: a category without an identity of the single run.
        automationDetails: { id: `plumbline/${report.command}/` },
        invocations: [
          {
            executionSuccessful: !report.hasTrouble,
            ...(notifications.length === 0 ? {} : { toolExecutionNotifications: notifications }),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: report.findings.map((finding) => resultOf(finding, rules.indexOf(finding.code), report)),
      },
    ],
  };
}

/** A rule's level is the commonest of its results, each of which says its own. */
function ruleOf(code: FindingCode, { findings }: Report): JsonObject {
  const severity = findings.find((finding) => finding.code === code)?.severity ?? 'warning';
  return {
    id: code,
    shortDescription: { text: findingWords[code] },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [code.slice(0, code.indexOf('.'))] },
  };
}

function resultOf(finding: Finding, ruleIndex: number, report: Report): JsonObject {
  const { code, severity, app, object, path, place, message, related, data } = finding;
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: message },
    locations: [
      {
        ...(place === undefined ? {} : { physicalLocation: physicalLocation(place) }),
        ...(object === undefined ? {} : { logicalLocations: [logicalLocation(object, path)] }),
        ...(place === undefined && object === undefined ? { logicalLocations: [{ name: appName(report, app) }] } : {}),
      },
    ],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((each, id) => ({
            id,
            message: { text: each.message },
            physicalLocation: physicalLocation(each.place),
          })),
        }),
    // Without line and value: the same trouble is the same result after the file moved on.
    partialFingerprints: { 'plumblineFinding/v1': fingerprint([code, app, object ?? '', path ?? '', rulesOf(data)]) },
    properties: { app, ...(path === undefined ? {} : { path }), ...data },
  };
}

/** One field can break several policies; each is a finding of its own. */
function rulesOf({ policy, rule }: JsonObject): string {
  return [policy, rule].map((part: Json | undefined) => (typeof part === 'string' ? part : '')).join('/');
}

function logicalLocation(object: NonNullable<Finding['object']>, path: string | undefined): JsonObject {
  const field = path === undefined ? '' : ` ${wordsOfPath(path)}`;
  return { name: describeKey(object), fullyQualifiedName: `${object}${field}`, kind: 'object' };
}

function physicalLocation({ file, range }: Place): JsonObject {
  const { line, column, endLine, endColumn } = range;
  const isEmpty = line === endLine && column === endColumn;
  return {
    // Each part by itself: a file name may hold `#`, `?` or `%`.
    artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column, ...(isEmpty ? {} : { endLine, endColumn }) },
  };
}

function fingerprint(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

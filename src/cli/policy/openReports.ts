import type { JsonObject } from '../../core/model/json.ts';
import type { PolicyOutcome } from '../../core/policy/judgement.ts';
import type { PrintedResult } from './policyText.ts';

/**
 * The results as OpenReports (openreports.io/v1alpha1, the successor of wgpolicyk8s.io): a `Report` for each namespace
 * and a `ClusterReport` for what has none, as one list.
 */
export function openReports(results: readonly PrintedResult[]): JsonObject {
  const namespaces = [...new Set(results.map(({ resource }) => resource.split('/')[1] ?? ''))].sort();
  const items = namespaces.map((namespace) => {
    const own = results.filter(({ resource }) => resource.split('/')[1] === namespace);
    return {
      apiVersion: 'openreports.io/v1alpha1',
      kind: namespace === '' ? 'ClusterReport' : 'Report',
      metadata: namespace === '' ? { name: 'plumbline' } : { name: 'plumbline', namespace },
      source: 'plumbline',
      summary: summaryOf(own),
      results: own.map(entryOf),
    };
  });
  return { apiVersion: 'v1', kind: 'List', items };
}

/** The format knows no `undecided`: what could not be judged is neither passed nor failed, so it is skipped, with the reason. */
const words: Readonly<Record<PolicyOutcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  warn: 'warn',
  error: 'error',
  skip: 'skip',
  undecided: 'skip',
};

function summaryOf(results: readonly PrintedResult[]): JsonObject {
  const count = (word: string): number => results.filter(({ result }) => words[result] === word).length;
  return Object.fromEntries(['pass', 'fail', 'warn', 'error', 'skip'].map((word) => [word, count(word)]));
}

function entryOf({ policy, rule, resource, result, message, path, source, reason }: PrintedResult): JsonObject {
  const [kind = '', namespace = '', ...name] = resource.split('/');
  const properties = Object.entries({
    path,
    policySource: source,
    undecided: result === 'undecided' ? reason : undefined,
  });
  return {
    source: 'plumbline',
    policy,
    ...(rule !== undefined && { rule }),
    result: words[result],
    message: message || (reason ?? ''),
    resources: [{ kind, name: name.join('/'), ...(namespace !== '' && { namespace }) }],
    properties: Object.fromEntries(properties.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
  };
}

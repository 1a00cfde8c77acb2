import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { before, describe, it } from 'mocha';
import { runDiffCases } from '../../conformance/diffCases.ts';
import type { CaseResult } from '../../conformance/diffCases.ts';

const cases = fileURLToPath(new URL('../../cases/diff', import.meta.url));

async function results(): Promise<readonly CaseResult[]> {
  const found: CaseResult[] = [];
  for await (const result of runDiffCases(cases)) found.push(result);
  return found;
}

describe('remarks beside a verdict', () => {
  let found: readonly CaseResult[] = [];

  before(async () => {
    found = await results();
  });

  it('are those that the cases ask for, in every case', () => {
    const missing = found.flatMap((result) =>
      result.expected.remarks
        .filter((kind) => !result.actual.remarks.includes(kind))
        .map((kind) => `${result.case}: ${kind}`),
    );
    assert.deepEqual(missing, []);
  });

  it('do not doubt the origin or the sync of anything else', () => {
    const doubts = ['origin-unknown', 'sync-will-fail'];
    const surplus = found.flatMap((result) =>
      result.actual.remarks
        .filter((kind) => doubts.includes(kind) && !result.expected.remarks.includes(kind))
        .map((kind) => `${result.case}: ${kind}`),
    );
    assert.deepEqual(surplus, []);
  });
});

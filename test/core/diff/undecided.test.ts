import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import type { AppFacts } from '../../../src/core/diff/diffInput.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { ObjectDiff } from '../../../src/core/model/difference.ts';

function configMap(data: JsonObject): JsonObject & { apiVersion: string; kind: string; metadata: JsonObject } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team' }, data };
}

function compare(undecided: AppFacts['undecided'], live: JsonObject): ObjectDiff {
  return compareObject({
    desired: configMap({ a: 'git', b: 'git' }),
    live: configMap(live),
    manager: { tool: 'kubectl-ssa', fieldManager: 'kubectl' },
    app: { name: 'a', undecided },
    schemas: builtIn,
  });
}

describe('fields that the repository does not decide', () => {
  const open = [{ path: '/data/a', why: 'Somebody else says.' }];

  it('prove nothing: alone they leave the object open', () => {
    const diff = compare(open, { a: 'live', b: 'git' });
    assert.deepEqual([diff.verdict, diff.reason, diff.fields], ['unknown', 'Somebody else says.', []]);
    assert.deepEqual(
      diff.remarks.map(({ kind, path }) => [kind, path]),
      [['undecided', '/data/a']],
    );
  });

  it('are remarked beside what does differ', () => {
    const diff = compare(open, { a: 'live', b: 'live' });
    assert.deepEqual([diff.verdict, diff.fields.map(({ path }) => path)], ['modified', ['/data/b']]);
    assert.ok(diff.remarks.some(({ kind }) => kind === 'undecided'));
  });

  it('may be all of an object', () => {
    assert.equal(compare([{ path: '', why: 'All of it.' }], { a: 'git', b: 'live' }).verdict, 'unknown');
  });

  it('that agree are no trouble', () => {
    assert.equal(compare(open, { a: 'git', b: 'git' }).verdict, 'in-sync');
  });
});

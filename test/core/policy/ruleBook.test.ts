import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { isSameRule, makeRuleBook, replacedBook, ruleOf } from '../../../src/core/policy/ruleBook.ts';

function object(kind: string, name: string, spec: JsonObject, more: JsonObject = {}): KubeObject {
  const group = kind.includes('Template') ? 'templates.gatekeeper.sh' : 'kyverno.io';
  const found = asKubeObject({ apiVersion: `${group}/v1`, kind, metadata: { name, ...more }, spec });
  if (found === undefined) throw new Error('no object');
  return found;
}

const here = { kind: 'repository' } as const;
const prod = { kind: 'cluster', context: 'prod' } as const;

describe('rules of several sources', () => {
  it('are taken from the repository before the cluster, whose other versions are kept apart', () => {
    const own = ruleOf(object('ClusterPolicy', 'a', { x: 1 }), here);
    const other = ruleOf(object('ClusterPolicy', 'a', { x: 2 }), prod);
    const only = ruleOf(object('ClusterPolicy', 'b', {}), prod);
    const book = makeRuleBook([own], [], [other, only]);
    assert.deepEqual(book, { rules: [own, only], replaced: [other] });
    assert.deepEqual(replacedBook(book), [other]);
  });

  it('are the same when the server only filled in defaults', () => {
    const declared = object('ClusterPolicy', 'a', { rules: [{ name: 'r' }], list: [] });
    const filled = object('ClusterPolicy', 'a', { rules: [{ name: 'r', skip: true }], background: true });
    assert.equal(isSameRule(declared, filled), true);
    const more = object('ClusterPolicy', 'a', { rules: [{ name: 'r' }, { name: 's' }] });
    assert.equal(isSameRule(declared, more), false);
  });

  it('differ by the annotations that rule, and by no other', () => {
    const annotated = (annotations: JsonObject) => object('ClusterPolicy', 'a', {}, { annotations });
    assert.equal(
      isSameRule(annotated({}), annotated({ 'kubectl.kubernetes.io/last-applied-configuration': '{}' })),
      true,
    );
    assert.equal(isSameRule(annotated({}), annotated({ 'policies.kyverno.io/scored': 'false' })), false);
  });

  it('make a constraint count as changed when its template is', () => {
    const names = { names: { kind: 'NeedOwner' } };
    const template = (code: string) => object('ConstraintTemplate', 'needowner', { code, crd: { spec: names } });
    const constraint = asKubeObject({
      apiVersion: 'constraints.gatekeeper.sh/v1beta1',
      kind: 'NeedOwner',
      metadata: { name: 'c' },
    });
    assert.ok(constraint);
    const live = [ruleOf(template('old'), prod), ruleOf(constraint, prod)];
    const book = makeRuleBook([ruleOf(template('new'), here), ruleOf(constraint, here)], [], live);
    assert.deepEqual(
      replacedBook(book).map(({ object: each, source }) => `${source.kind} ${each.kind}`),
      ['cluster ConstraintTemplate', 'repository NeedOwner'],
    );
  });
});

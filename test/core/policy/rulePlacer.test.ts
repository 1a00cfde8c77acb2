import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readFileFacts } from '../../../src/core/apps/fileFacts.ts';
import { RulePlacer } from '../../../src/core/policy/rulePlacer.ts';
import { ruleOf } from '../../../src/core/policy/ruleBook.ts';
import type { Rule } from '../../../src/core/policy/ruleBook.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

const text = `apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: needowner
spec:
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package owner

      violation[{"msg": "no owner"}] {
        not input.review.object.metadata.labels.owner
      }
`;

async function place(rules: string, at?: string, line?: number): Promise<string | undefined> {
  const [declared] = readFileFacts('rules/owner.yaml', rules).rules;
  assert.ok(declared);
  const rule: Rule = ruleOf(declared.object, { kind: 'repository', declared });
  const placer = new RulePlacer();
  await placer.read([rule], new MemoryTree({ 'rules/owner.yaml': rules }), new AbortController().signal);
  const found = placer.placeOf(rule, at, line);
  assert.equal(found && rules.slice(found.start, found.end), found?.text);
  return found && `${found.range.line}:${found.range.column} ${found.text.split('\n')[0] ?? ''}`;
}

describe('where a rule is written', () => {
  it('is its name, unless a part is asked for', async () => {
    assert.equal(await place(text), '4:9 needowner');
    assert.equal(await place(text, '/spec/targets/0/target'), '7:13 admission.k8s.gatekeeper.sh');
  });

  it('is one line of a block of Rego', async () => {
    assert.equal(await place(text, '/spec/targets/0/rego', 4), '12:9 not input.review.object.metadata.labels.owner');
    assert.equal(await place(text, '/spec/targets/0/rego', 99), '8:11 |');
  });

  it('is found in a list of objects too', async () => {
    const indented = text.replaceAll(/^(?=.)/gm, '  ').replace('  apiVersion', '- apiVersion');
    const list = `apiVersion: v1\nkind: List\nitems:\n${indented}`;
    assert.equal(await place(list, '/spec/targets/0/target'), '10:15 admission.k8s.gatekeeper.sh');
  });
});

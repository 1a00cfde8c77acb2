import assert from 'node:assert/strict';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { FieldDifference } from '../../../src/core/model/difference.ts';
import { compareRendered } from '../../../src/core/diff/compareRendered.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

function deployment(spec: string): KubeObject {
  const text = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: ${spec}}`;
  const object = asKubeObject(readYaml(text, 'plain').documents[0]?.value);
  assert.ok(object !== undefined, text);
  return object;
}

function check(before: string, after: string, expected: readonly FieldDifference[]): void {
  assert.deepEqual(compareRendered(deployment(before), deployment(after)), expected);
}

const pod = (containers: string): string => `{template: {spec: {containers: ${containers}}}}`;
const containers = '/spec/template/spec/containers';

describe('comparing two renderings', () => {
  it('pairs keyed lists by key and points into the later rendering', () => {
    check(
      pod('[{name: a, image: "x:1"}, {name: b, image: y}]'),
      pod('[{name: b, image: y}, {name: a, image: "x:2"}]'),
      [{ path: `${containers}/1/image`, change: 'modify', desired: 'x:2', live: 'x:1' }],
    );
  });

  it('names what is gone in the terms of the earlier rendering', () => {
    check(pod('[{name: a}, {name: b}]'), pod('[{name: b}]'), [
      { path: `${containers}/0`, change: 'remove', live: { name: 'a' }, at: 'live' },
    ]);
  });

  it('names the highest node that is new, and takes empty for absent', () => {
    check('{replicas: 1, strategy: {}}', '{replicas: 1, template: {spec: {nodeSelector: {a: b}}}}', [
      { path: '/spec/template', change: 'add', desired: { spec: { nodeSelector: { a: 'b' } } } },
    ]);
  });

  it('takes an atomic list of another length as one value', () => {
    check(pod('[{name: a, args: [x]}]'), pod('[{name: a, args: [x, z]}]'), [
      { path: `${containers}/0/args`, change: 'modify', desired: ['x', 'z'], live: ['x'] },
    ]);
  });

  it('shows a change of text that means the same, since Git changed', () => {
    const limits = (cpu: string): string => pod(`[{name: a, resources: {limits: {cpu: ${cpu}}}}]`);
    check(limits('"1000m"'), limits('"1"'), [
      { path: `${containers}/0/resources/limits/cpu`, change: 'modify', desired: '1', live: '1000m' },
    ]);
  });
});

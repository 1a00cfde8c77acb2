import assert from 'node:assert/strict';
import { compileJqPaths } from '../../../src/core/diff/jqPaths.ts';
import type { Json } from '../../../src/core/model/json.ts';
import { pointerOf } from '../../../src/core/model/words.ts';

const object: Json = {
  metadata: { annotations: { 'a.b/c': 'x' } },
  spec: {
    replicas: 2,
    containers: [
      { name: 'app', image: 'a', env: [{ name: 'A', value: '1' }] },
      { name: 'side', image: 'b' },
    ],
  },
};

describe('jq path expressions', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['.spec.replicas', ['/spec/replicas']],
    ['.metadata.annotations["a.b/c"]', ['/metadata/annotations/a.b~1c']],
    ['.metadata.annotations."a.b/c"', ['/metadata/annotations/a.b~1c']],
    ['.spec.containers[].image', ['/spec/containers/0/image', '/spec/containers/1/image']],
    ['.spec.containers[1].image', ['/spec/containers/1/image']],
    ['.spec.containers[] | select(.name == "side") | .image', ['/spec/containers/1/image']],
    ['.spec.containers[] | select(.name != "side").image', ['/spec/containers/0/image']],
    ['.spec.containers[]?.env[]? | select(.name | test("^A"))', ['/spec/containers/0/env/0']],
    [
      '.spec.containers[] | select(.name == "app" or .image == "b") | .image',
      ['/spec/containers/0/image', '/spec/containers/1/image'],
    ],
    [
      '.spec.containers[] | select((.name | startswith("s")) and (.image == "b" | not | not)) | .name',
      ['/spec/containers/1/name'],
    ],
    ['.spec.replicas, .spec.containers[0].name', ['/spec/replicas', '/spec/containers/0/name']],
    ['.. | select(.name? == "A")', ['/spec/containers/0/env/0']],
    ['.spec.containers[] | select(has("env")) | .env', ['/spec/containers/0/env']],
  ];
  for (const [expression, expected] of rows) {
    it(`selects with ${expression}`, () => {
      const evaluate = compileJqPaths(expression);
      assert.ok(evaluate !== undefined);
      assert.deepEqual(evaluate(object).map(pointerOf), expected);
    });
  }

  it('says which expressions it cannot read', () => {
    for (const expression of ['', '.spec |', 'reduce .[] as $x (0; . + $x)', '.a[', 'to_entries', '.a) ']) {
      assert.equal(compileJqPaths(expression), undefined, expression);
    }
  });
});

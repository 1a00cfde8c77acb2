import assert from 'node:assert/strict';
import { bareApp } from '../../../src/core/apps/bareApp.ts';
import type { Json } from '../../../src/core/model/json.ts';
import { parseKey } from '../../../src/core/model/resource.ts';
import type { RenderEngine } from '../../../src/core/ports.ts';
import { editFor } from '../../../src/core/provenance/editFor.ts';
import { applyEdits, valueAtTokens } from '../../../src/core/provenance/exchange.ts';
import { explainField } from '../../../src/core/provenance/explainField.ts';
import { fieldOf } from '../../../src/core/provenance/writing.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { OverlayTree } from '../../../src/core/render/overlayTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';

const signal = new AbortController().signal;
const asked = (): Promise<never> => Promise.reject(new Error('the engine was asked'));
const engine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };
const app = bareApp('manifests', '');
const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** Explains `path` in a manifest, edits it to a value, and gives the new text after checking that it renders the value. */
async function edited(manifest: string, path: string, value: Json): Promise<string> {
  const tree = new MemoryTree({ 'a.yaml': manifest });
  const [object] = (await renderApp(app, tree, engine, signal)).objects;
  assert.ok(object !== undefined);
  const found = await explainField({ app, tree, engine, key: object.key, path, toward: value }, signal);
  assert.equal(found.kind, 'proven', JSON.stringify(found));
  const edit = editFor(found, value);
  assert.ok(edit.kind === 'edit', JSON.stringify(edit));
  const texts = await applyEdits(tree, [edit], signal);
  const after = await renderApp(app, new OverlayTree(tree, texts ?? new Map(), 'edit'), engine, signal);
  assert.deepEqual(valueAtTokens(after.objects[0]?.object ?? {}, fieldOf(object.key, path).tokens), value);
  assert.equal(parseKey(after.objects[0]?.key ?? object.key).kind, parseKey(object.key).kind);
  return texts?.get('a.yaml')?.slice(manifest.indexOf('spec:')) ?? '';
}

const rows: readonly (readonly [string, Json, string])[] = [
  ['a: 3', 5, 'a: 5'],
  ['a: 3 # three', 5, 'a: 5 # three'],
  ['a: "3"', '5', 'a: "5"'],
  ["a: '3'", '5', "a: '5'"],
  ["a: 'x'", "it's", "a: 'it''s'"],
  ['a: debug', 'info', 'a: info'],
  ['a: debug', '5', 'a: "5"'],
  ['a: debug', 'true', 'a: "true"'],
  ['a: debug', 'no', 'a: "no"'],
  ['a: debug', '0644', 'a: "0644"'],
  ['a: debug', 'a: b', 'a: "a: b"'],
  ['a: debug', 'a #b', 'a: "a #b"'],
  ['a: debug', '', 'a: ""'],
  ['a: debug', ' x', 'a: " x"'],
  ['a: debug', 'a\nb', 'a: "a\\nb"'],
  ['{a: debug, b: 1}', 'x,y', '{a: "x,y", b: 1}'],
  ['{a: debug, b: 1}', 'x', '{a: x, b: 1}'],
  ['a: 0644', 416, 'a: 0640'],
  ['a: 0o644', 416, 'a: 0o640'],
  ['a: true', false, 'a: false'],
  ['a: 3', '5', 'a: "5"'],
  ['a: &x 3', 5, 'a: &x 5'],
  ['a: !!str 3', '5', 'a: !!str "5"'],
  ['a: |\n    one\n    two\n  b: 1', 'one\nthree\n', 'a: |\n    one\n    three\n  b: 1'],
  ['a: |\n    one\n  b: 1', 'one', 'a: |-\n    one\n  b: 1'],
  ['a: >-\n    one\n    two', 'x\ny', 'a: |-\n    x\n    y'],
];

describe('an edit of a proven scalar', () => {
  for (const [before, value, after] of rows) {
    it(`turns ${JSON.stringify(before)} into ${JSON.stringify(after)} for ${JSON.stringify(value)}`, async () => {
      const inFlow = before.startsWith('{');
      const wrap = (text: string): string => (inFlow ? `spec: ${text}\n` : `spec:\n  ${text}\n`);
      assert.equal(await edited(head + wrap(before), '/spec/a', value), wrap(after));
    });
  }

  it('undone gives the text from before', async () => {
    const text = await edited(`${head}spec:\n  a: "3"\n`, '/spec/a', '5');
    assert.equal(await edited(head + text, '/spec/a', '3'), 'spec:\n  a: "3"\n');
  });
});

import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import ts from 'typescript';

const root = new URL('../../../', import.meta.url);
const bundle = new URL('l10n/bundle.l10n.json', root);

/** The first argument of every call of `t(…)` or `l10n.t(…)`: the sentences that translators get. */
function sentences(): readonly string[] {
  const found = new Set<string>();
  for (const file of globSync('src/host/**/*.ts', { cwd: root })) {
    const source = ts.createSourceFile(file, readFileSync(new URL(file, root), 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && isTranslate(node.expression)) {
        const [sentence] = node.arguments;
        assert.ok(sentence && ts.isStringLiteralLike(sentence), `${file}: a sentence must be one literal`);
        found.add(sentence.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found].sort();
}

function isTranslate(called: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(called)) return called.name.text === 't';
  return ts.isIdentifier(called) && called.text === 't';
}

describe('texts for people', () => {
  it('are all in the bundle for translators (UPDATE_L10N=1 writes it)', () => {
    const expected = Object.fromEntries(sentences().map((sentence) => [sentence, sentence]));
    if (process.env.UPDATE_L10N) writeFileSync(bundle, `${JSON.stringify(expected, undefined, 2)}\n`);
    assert.deepEqual(JSON.parse(readFileSync(bundle, 'utf8')), expected);
  });
});

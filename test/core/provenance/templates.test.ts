import assert from 'node:assert/strict';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { Collection } from '../../../src/core/provenance/collection.ts';
import { lookupRegions } from '../../../src/core/render/lookupRegions.ts';
import { addTemplate } from '../../../src/core/provenance/templateLiterals.ts';
import { templateBlocks, templateSegments } from '../../../src/core/render/templateText.ts';

function literals(text: string): readonly (readonly unknown[])[] {
  const into = new Collection(new MemoryTree({}), new AbortController().signal);
  addTemplate(into, 't.yaml', text);
  return into.writings.map(({ place, value, via, style }) => {
    assert.equal(text.slice(place.start, place.end), place.text);
    return [place.text, value, style, via];
  });
}

const regionsOf = (text: string): readonly string[] =>
  lookupRegions(text).map(({ start, end }) => text.slice(start, end));

describe('the text of chart templates', () => {
  it('splits into text and actions, with trim marks, comments and braces in strings', () => {
    const text = 'a: {{- .Values.a -}} b\n{{/* }} */}}c: {{ "}}" }}\n{{ `}}` }}{{ open';
    const segments = templateSegments(text);
    assert.equal(segments.map(({ start, end }) => text.slice(start, end)).join(''), text);
    const codes = segments.filter((each) => each.kind === 'action').map((each) => each.code);
    assert.deepEqual(codes, ['.Values.a', '', '"}}"', '`}}`', 'op']);
    for (const { kind, code, codeStart } of segments)
      if (kind === 'action' && code !== 'op') assert.equal(text.slice(codeStart, codeStart + code.length), code);
  });

  it('nests its blocks, with else inside', () => {
    const text = '{{ define "x" }}{{ if .a }}1{{ else if .b }}2{{ end }}{{ end }}{{ range .c }}3{{ end }}{{ end }}';
    assert.deepEqual(
      templateBlocks(templateSegments(text)).map(({ keyword, start }) => [keyword, start]),
      [
        ['if', 16],
        ['define', 0],
        ['range', text.indexOf('{{ range')],
      ],
    );
  });

  it('offers scalars of the text, words between actions, and literals of the code', () => {
    assert.deepEqual(literals('a: IfNotPresent\n# not this: one\n'), [
      ['IfNotPresent', 'IfNotPresent', 'plain', 'helm-literal'],
    ]);
    assert.deepEqual(literals('{x: "a b", y: [\'c\', 3]}\n'), [
      ['"a b"', 'a b', 'double', 'helm-literal'],
      ["'c'", 'c', 'single', 'helm-literal'],
      ['3', 3, 'plain', 'helm-literal'],
    ]);
    assert.deepEqual(literals('image: {{ .r }}/shop:{{ .t }}-x\n'), [
      ['shop', 'shop', 'raw', 'helm-literal'],
      ['x', 'x', 'raw', 'helm-literal'],
    ]);
    assert.deepEqual(literals('{{ .a | default "Always" }}{{ default 2 .b }}{{ include "name" . }}\n'), [
      ['"Always"', 'Always', 'double', 'helm-literal'],
      ['2', 2, 'plain', 'helm-literal'],
    ]);
    assert.deepEqual(literals('{{ define "l" }}\nteam: web\n{{ end }}\n'), [['web', 'web', 'plain', 'helm-helper']]);
  });

  it('marks what hangs on a lookup, by variables too, and leaves the rest', () => {
    const text = `{{ $old := lookup "v1" "Secret" "n" "x" }}
{{ $data := $old.data }}
a: {{ if $data }}{{ $data.user }}{{ else }}admin{{ end }}
b: {{ (lookup "v1" "Secret" "n" "y").kind }}
c: {{ .Values.c }}
`;
    assert.deepEqual(regionsOf(text), [
      '{{ if $data }}{{ $data.user }}{{ else }}admin{{ end }}',
      '{{ (lookup "v1" "Secret" "n" "y").kind }}',
    ]);
  });
});

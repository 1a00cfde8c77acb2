import assert from 'node:assert/strict';
import type { Json } from '../../../src/core/model/json.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import { unfoldList } from '../../../src/core/yaml/unfoldList.ts';

/** The reading of one scalar: [text, kubectl, kustomize]. */
type Row = readonly [string, Json, Json];

const same = (text: string, value: Json): Row => [text, value, value];

const scalars: readonly Row[] = [
  same('0644', 420),
  same('0o644', 420),
  same('00123', 83),
  same('089', 89),
  same('0b1010', 10),
  same('0x1F', 31),
  same('1_000', 1000),
  same('-0644', -420),
  same('+12', 12),
  same('22:22', '22:22'),
  same('1:30:00', '1:30:00'),
  same('12e4567', '12e4567'),
  same('1e3', 1000),
  same('.5', 0.5),
  same('1.', 1),
  same('1.0', 1),
  same('1.2.3', '1.2.3'),
  same('~', null),
  same('', null),
  same('Null', null),
  same('nULL', 'nULL'),
  same('TRUE', true),
  same('tRUE', 'tRUE'),
  same('"yes"', 'yes'),
  same("'0644'", '0644'),
  same('!!str 0644', '0644'),
  same('!!int "5"', 5),
  same('!!binary aGk=', 'hi'),
  ['yes', true, 'yes'],
  ['no', false, 'no'],
  ['on', true, 'on'],
  ['Off', false, 'Off'],
  ['y', true, 'y'],
  ['N', false, 'N'],
  ['2001-12-14', '2001-12-14', '2001-12-14T00:00:00Z'],
  ['2001-02-30', '2001-02-30', '2001-02-30'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.1-05:00'],
];

function valueOf(text: string, profile: 'plain' | 'kustomize'): Json | undefined {
  return readYaml(text, profile).documents[0]?.value;
}

function codesOf(text: string, profile: 'plain' | 'kustomize'): readonly string[] {
  return readYaml(text, profile).problems.map((each) => `${each.severity} ${each.code} ${each.line}:${each.column}`);
}

describe('reading YAML', () => {
  for (const [text, plain, kustomize] of scalars) {
    it(`reads ${text === '' ? 'nothing' : text} as ${JSON.stringify(plain)} plainly and ${JSON.stringify(kustomize)} for kustomize`, () => {
      assert.deepEqual(valueOf(`a: ${text}\n`, 'plain'), { a: plain });
      assert.deepEqual(valueOf(`a: ${text}\n`, 'kustomize'), { a: kustomize });
    });
  }

  it('makes a boolean key a word the way each tool does', () => {
    assert.deepEqual(valueOf('yes: 1\n', 'plain'), { true: 1 });
    assert.deepEqual(valueOf('yes: 1\n', 'kustomize'), { yes: 1 });
    assert.deepEqual(valueOf('0644: x\n1.5: z\n', 'plain'), { 420: 'x', 1.5: 'z' });
  });

  it('takes the last of two equal keys plainly and refuses them for kustomize', () => {
    assert.deepEqual(valueOf('a: 1\nb: 2\na: 3\n', 'plain'), { a: 3, b: 2 });
    assert.deepEqual(codesOf('a: 1\nb: 2\na: 3\n', 'plain'), ['warning duplicate-key 3:1']);
    assert.equal(valueOf('a: 1\nb: 2\na: 3\n', 'kustomize'), undefined);
    assert.deepEqual(codesOf('a: 1\nb: 2\na: 3\n', 'kustomize'), ['error duplicate-key 3:1']);
  });

  it('merges maps with <<, explicit keys winning', () => {
    const text = 'x: &x {a: 1, b: 2}\nv: {<<: *x, b: 3}\nz: {<<: [{a: 5}, *x]}\n';
    for (const profile of ['plain', 'kustomize'] as const) {
      assert.deepEqual(valueOf(text, profile), { x: { a: 1, b: 2 }, v: { a: 1, b: 3 }, z: { a: 5, b: 2 } });
    }
    assert.deepEqual(valueOf('"<<": 1\n', 'plain'), { '<<': 1 });
    assert.deepEqual(codesOf('<<: 1\n', 'plain'), ['error bad-merge 1:1']);
  });

  it('drops empty documents and keeps the position of the others', () => {
    const { documents, problems } = readYaml('a: 1\n---\n# only words\n---\nb: 2\n', 'plain');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      documents.map(({ value, index }) => [value, index]),
      [
        [{ a: 1 }, 0],
        [{ b: 2 }, 2],
      ],
    );
  });

  it('says where a document stands and lets positions be asked', () => {
    const text = 'a: 1\n---\nb:\n  c: 2\n';
    const reading = readYaml(text, 'plain');
    const second = reading.documents[1]!;
    assert.equal(text.slice(second.start, second.end), '---\nb:\n  c: 2\n');
    assert.deepEqual(reading.lineOf(text.indexOf('c')), { line: 4, column: 3 });
    assert.deepEqual(second.document.getIn(['b', 'c'], true) !== undefined, true);
  });

  it('leaves a broken document out, names the place and still reads the others', () => {
    const { documents, problems } = readYaml('a: 1\n---\nb: [1\n---\nc: 3\n', 'plain');
    assert.deepEqual(
      documents.map(({ value }) => value),
      [{ a: 1 }, { c: 3 }],
    );
    assert.deepEqual(
      problems.map(({ severity, code, document }) => [severity, code, document]),
      [['error', 'syntax', 1]],
    );
  });

  it('refuses what JSON cannot hold and warns of numbers that lose digits', () => {
    assert.deepEqual(codesOf('a: .inf\n', 'plain'), ['error not-json 1:4']);
    assert.deepEqual(codesOf('id: 12345678901234567890\n', 'plain'), ['warning number-loses-digits 1:5']);
  });

  it('does not expand aliases without bound', () => {
    const lines = ['a0: &a0 [x, x]'];
    for (let level = 1; level < 40; level++) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
    assert.deepEqual(
      readYaml(lines.join('\n'), 'plain').problems.map(({ code }) => code),
      ['bad-alias'],
    );
    assert.deepEqual(
      readYaml('a: &a {b: *a}\n', 'plain').problems.map(({ code }) => code),
      ['bad-alias'],
    );
    assert.deepEqual(valueOf('a: &a {b: 1}\nc: [*a, *a]\n', 'plain'), { a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] });
  });

  it('tells conflict markers of a merge as one problem, and takes no other row of signs for them', () => {
    const conflict = 'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\nc: [\n';
    const { problems, documents } = readYaml(conflict, 'plain');
    assert.deepEqual(
      problems.map(({ line, column, message }) => [
        line,
        column,
        message.startsWith('A merge left its conflict markers'),
      ]),
      [[2, 1, true]],
    );
    assert.deepEqual(documents, []);
    const text = 'a: |\n  <<<<<<< HEAD\n  >>>>>>> other\n';
    assert.deepEqual(readYaml(text, 'plain').problems, []);
  });

  it('unfolds lists, nested ones too, with the path of every object', () => {
    const value = { kind: 'List', items: [{ kind: 'A' }, { kind: 'BList', items: [{ kind: 'B' }] }] };
    assert.deepEqual(unfoldList(value), [
      { value: { kind: 'A' }, path: ['items', 0] },
      { value: { kind: 'B' }, path: ['items', 1, 'items', 0] },
    ]);
    assert.deepEqual(unfoldList({ kind: 'A' }), [{ value: { kind: 'A' }, path: [] }]);
  });

  it('says at its place what is nested too deeply to be read, in flow style too, and reads what lies above it', () => {
    const maps = (depth: number): string =>
      `${Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`).join('\n')} 1\n`;
    const lists = (depth: number): string => `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
    assert.deepEqual(readYaml(maps(400), 'plain').problems, []);
    for (const [text, line] of [
      [maps(20_000), 501],
      [lists(20_000), 1],
      [`b: 1\n---\n${maps(20_000)}---\nc: 1\n`, 503],
    ] as const) {
      const { problems, documents } = readYaml(text, 'kustomize');
      assert.deepEqual(
        problems.map((each) => [each.severity, each.line, /500 levels deep.*make it flatter/.test(each.message)]),
        [['error', line, true]],
      );
      assert.equal(documents.length, text.startsWith('b') ? 1 : 0);
    }
  });
});

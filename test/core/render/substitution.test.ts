import assert from 'node:assert/strict';
import { expand } from '../../../src/core/render/envsubst.ts';
import { matchesGlob } from '../../../src/core/render/glob.ts';
import { substituteObject } from '../../../src/core/render/substitute.ts';
import type { Json } from '../../../src/core/model/json.ts';

const variables: Readonly<Record<string, string>> = {
  name: 'web',
  version: 'v2.3.1',
  empty: '',
  path: 'a/b/c',
  n: '4',
  word: 'yes',
};
const lookup = (name: string): string | undefined => variables[name];

const unexpected = (message: string): never => {
  throw new Error(message);
};

const expansions: readonly (readonly [string, string])[] = [
  ['no variable', 'no variable'],
  ['${name}.example.com', 'web.example.com'],
  ['${name}-${version}', 'web-v2.3.1'],
  ['${unset}', ''],
  ['${unset:-x}', 'x'],
  ['${unset:=x}', 'x'],
  ['${empty:-x}', 'x'],
  ['${name:=x}', 'web'],
  ['${unset:-${name}}', 'web'],
  ['$${name}', '${name}'],
  ['$name $(name) $', '$name $(name) $'],
  ['${version#v}', '2.3.1'],
  ['${version%.*}', 'v2.3'],
  ['${version%%.*}', 'v2'],
  ['${path##*/}', 'c'],
  ['${path#*/}', 'b/c'],
  ['${path/\\//-}', 'a/b/c'],
  ['${name/w/f}', 'feb'],
  ['${version//./_}', 'v2_3_1'],
  ['${name^}', 'Web'],
  ['${name^^}', 'WEB'],
  ['${version:1}', '2.3.1'],
  ['${version:1:3}', '2.3'],
  ['${#name}', '3'],
];

describe('variables of a Flux Kustomization', () => {
  for (const [text, expected] of expansions) {
    it(`expands ${text} to ${expected || 'nothing'}`, () => {
      assert.deepEqual(expand(text, lookup), { kind: 'expanded', text: expected });
    });
  }

  for (const text of ['${name', '${}', '${1name}', '${name!x}']) {
    it(`says that ${text} cannot be expanded`, () => {
      assert.equal(expand(text, lookup).kind, 'failed');
    });
  }

  it('reads values again that stand without quotes, so that types may change', () => {
    const object = {
      replicas: '${n}',
      host: '${name}.example.com',
      flag: '${word}',
      none: '${unset}',
      quoted: '${n}: x',
      lines: '${n}\nb',
    };
    const expected: Json = {
      replicas: 4,
      host: 'web.example.com',
      flag: true,
      none: null,
      quoted: '4: x',
      lines: '4\nb',
    };
    assert.deepEqual(substituteObject(object, lookup, unexpected), expected);
  });

  it('leaves text without variables as it is, numbers in strings included', () => {
    const object = { port: '8080', list: ['yes', 1, null], price: '$5' };
    assert.deepEqual(substituteObject(object, lookup, unexpected), object);
  });

  it('says when a text is no YAML any more', () => {
    const messages: string[] = [];
    substituteObject(
      { value: '${bad}' },
      () => '[1, 2',
      (message) => messages.push(message),
    );
    assert.equal(messages.length, 1);
  });
});

describe('patterns of an Application with a plain folder', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['a.yaml', '*.yaml', true],
    ['sub/a.yaml', '*.yaml', true],
    ['sub/a.yaml', 'sub/*', true],
    ['a.yml', '*.yaml', false],
    ['b.json', '{*.yaml,b.json}', true],
    ['config-1.yaml', 'config-?.yaml', true],
    ['config-10.yaml', 'config-?.yaml', false],
    ['config-a.yaml', 'config-[!0-9].yaml', true],
    ['a+b.yaml', 'a+b.yaml', true],
    ['axb.yaml', 'a.b.yaml', false],
  ];
  for (const [path, pattern, expected] of rows) {
    it(`${expected ? 'takes' : 'leaves'} ${path} by ${pattern}`, () => {
      assert.equal(matchesGlob(path, pattern), expected);
    });
  }
});

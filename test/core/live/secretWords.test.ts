import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { hidingSecrets } from '../../../src/core/live/secretWords.ts';

describe('a message that may hold a value of a Secret', () => {
  const cases: readonly (readonly [what: string, message: string, expected: string])[] = [
    [
      'is left alone when it is about something else',
      'Deployment "web": Invalid value: "x"',
      'Deployment "web": Invalid value: "x"',
    ],
    ['loses what is quoted', `Secret "keys" is invalid: data: "hunter2"`, 'Secret "keys" is invalid: data: ‹hidden›'],
    ['loses quotes within quotes', String.raw`Secret "a" in body: "x\"hunter2"`, 'Secret "a" in body: ‹hidden›'],
    [
      'loses a value that is refused',
      'Secret/a: stringData.p: Invalid value: 12345: no',
      'Secret/a: stringData.p: Invalid value: ‹hidden›: no',
    ],
    [
      'loses a whole structure that is refused',
      'Secret/a: data: Invalid value: {"pin": 1234}: no',
      'Secret/a: data: Invalid value: ‹hidden›: no',
    ],
    [
      'loses a number in the place of a text',
      'failed to create typed patch object (shop/a; /v1, Kind=Secret): .stringData.p: expected string, got &value.valueUnstructured{Value:12345}',
      'failed to create typed patch object (shop/a; /v1, Kind=Secret): .stringData.p: expected string, got &value.valueUnstructured{Value:‹hidden›}',
    ],
    [
      'loses a map as Go prints it',
      'Secret/a: cannot merge map[p:hunter2 q:map[r:s]] there',
      'Secret/a: cannot merge map[‹hidden›] there',
    ],
    [
      'loses the text around what could not be decoded, which begins within a quotation',
      'Secret/a: illegal base64, error found in #10 byte of ...|word":"hunter2"}|..., bigger context ...|{"p":"x"}|...',
      'Secret/a: illegal base64, error found in #10 byte of ‹hidden›',
    ],
    ['loses base64', 'secret a changed to aHVudGVyMg== today', 'secret a changed to ‹hidden› today'],
    [
      'keeps the words of a refusal',
      'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "web"',
      'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "web"',
    ],
    ['keeps a commit', `Secret/a applied at ${'1a'.repeat(20)}`, `Secret/a applied at ${'1a'.repeat(20)}`],
    ['keeps other lines', 'image: "web:1"\nSecret "a": "hunter2"', 'image: "web:1"\nSecret "a": ‹hidden›'],
  ];
  for (const [what, message, expected] of cases) {
    it(what, () => {
      assert.equal(hidingSecrets(message), expected);
    });
  }

  it('may be none', () => {
    assert.equal(hidingSecrets(undefined), undefined);
  });
});

import assert from 'node:assert/strict';
import type { Json } from '../../../src/core/model/json.ts';
import type { Provenance, ScalarWriting } from '../../../src/core/model/provenance.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { acceptanceOf } from '../../../src/core/overview/acceptance.ts';
import type { PlacedDifference } from '../../../src/core/overview/state.ts';

const object = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' });
const secret = resourceKey({ group: '', kind: 'Secret', namespace: 'web', name: 'keys' });

function placeAt(line: number, text: string): Extract<Provenance, { kind: 'proven' }>['place'] {
  const range = { line, column: 1, endLine: line, endColumn: 1 + text.length };
  return { file: 'a.yaml', range, start: 0, end: text.length, text };
}

function proven(
  text: string,
  writing: Partial<ScalarWriting> = {},
  more: Partial<Extract<Provenance, { kind: 'proven' }>> = {},
): Provenance {
  const how: ScalarWriting = { before: '', after: '', value: text, style: 'plain', isFlow: false, ...writing };
  return { kind: 'proven', place: placeAt(3, text), via: 'resource', also: [], writing: how, ...more };
}

function drift(provenance: Provenance | undefined, live: Json, more: Partial<PlacedDifference> = {}): PlacedDifference {
  const field = { path: '/spec/x', change: 'modify', desired: 'was', live } as const;
  return { origin: 'drift', object, verdict: 'modified', field, provenance, ...more };
}

const part = { place: placeAt(9, 'web'), role: 'part' } as const;

const rows: readonly (readonly [what: string, PlacedDifference, code: string, why: RegExp])[] = [
  ['its place is still looked for', drift(undefined, 'is'), 'waiting', /still being looked for/],
  [
    'its place is unknown',
    drift({ kind: 'unknown', why: 'A template computes it.', also: [part] }, 'is'),
    'unproven',
    /^A template computes it\.$/,
  ],
  [
    'the place is a switch',
    drift(proven('false', {}, { writing: undefined }), 'is'),
    'switch',
    /a\.yaml:3 decides whether the field is there/,
  ],
  ['the live value is a list', drift(proven('was'), ['a']), 'structure', /a map or a list .* a\.yaml:3/],
  [
    'another piece of a joined value differs too',
    drift(proven('1.0', { before: 'web:' }, { also: [part] }), 'site:1.1'),
    'joined',
    /joined from a\.yaml:3 and a\.yaml:9; more than the one piece differs \(“web:” stays\)/,
  ],
  ['it is rendered encoded', drift(proven('was', {}, { encoding: 'base64' }), '???'), 'joined', /rendered as base64/],
  [
    'SOPS sealed the file',
    drift(proven('was', { isSealed: true }), 'is'),
    'encrypted',
    /a\.yaml is encrypted with SOPS.* Edit it with sops\./,
  ],
  [
    'a text of several lines does not fit into a patch',
    drift(proven('was', { outerStyle: 'literal', style: 'single' }), 'a\nb'),
    'notation',
    /cannot be written the way a\.yaml:3 is written/,
  ],
  [
    'it is a value of a Secret',
    drift(proven('was'), 'is', {
      object: secret,
      field: { path: '/data/x', change: 'modify', desired: 'a', live: 'b' },
    }),
    'secret',
    /never read/,
  ],
  [
    'the cluster only has something more',
    drift(proven('was'), 'is', { field: { path: '/spec/x', change: 'remove', live: 'b' } }),
    'no-live-value',
    /another value in the cluster/,
  ],
  [
    'nothing drifted',
    drift(proven('was'), 'is', { origin: 'unsynced' }),
    'no-live-value',
    /another value in the cluster/,
  ],
];

describe('accepting a live value into Git', () => {
  for (const [what, difference, code, why] of rows) {
    it(`is refused with the reason when ${what}`, () => {
      const answer = acceptanceOf(difference);
      assert.ok(answer.kind === 'refused', JSON.stringify(answer));
      assert.equal(answer.code, code);
      assert.match(answer.why, why);
    });
  }

  it('is one text at the proven place otherwise, and a refusal names the places that help', () => {
    assert.deepEqual(acceptanceOf(drift(proven('was'), 'is')), {
      kind: 'edit',
      place: placeAt(3, 'was'),
      newText: 'is',
    });
    const refused = acceptanceOf(drift({ kind: 'unknown', why: 'x', also: [part] }, 'is'));
    assert.deepEqual(refused.kind === 'refused' && refused.also, [part]);
  });
});

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { objectAt, stringAt } from '../../../src/core/model/json.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import { argoHealth } from '../../../src/core/health/argoHealth.ts';
import { kstatus } from '../../../src/core/health/kstatus.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

const folder = fileURLToPath(new URL('../../cases/health/builtin/', import.meta.url));
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const now = new Date('2026-08-01T00:00:00Z');

describe('health of built-in kinds', () => {
  it('has cases', () => {
    assert.ok(files.length >= 86);
  });

  for (const file of files) {
    const value = readYaml(readFileSync(folder + file, 'utf8'), 'kustomize').documents[0]?.value;
    const object = asKubeObject(objectAt(value, 'object'));
    const [argo, flux] = [objectAt(value, 'expect', 'argo'), objectAt(value, 'expect', 'kstatus')];

    it(`says what Argo CD says of ${file}`, () => {
      assert.ok(object !== undefined);
      const { status, message } = argoHealth(object, { kind: 'unscripted' }) ?? { status: 'none', message: '' };
      assert.deepEqual({ status, message }, { status: stringAt(argo, 'status'), message: stringAt(argo, 'message') });
    });

    it(`says what kstatus says of ${file}`, () => {
      assert.ok(object !== undefined);
      const error = stringAt(flux, 'error');
      const expected =
        error === undefined
          ? { status: stringAt(flux, 'status'), message: stringAt(flux, 'message') }
          : { status: 'Unknown', message: error };
      assert.deepEqual(kstatus(object, now), expected);
    });
  }

  it('gives the scheduler 15 seconds', () => {
    const pod = (created: string): ReturnType<typeof asKubeObject> =>
      asKubeObject({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', creationTimestamp: created },
        status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      });
    assert.equal(kstatus(pod('2026-07-31T23:59:50Z')!, now).status, 'InProgress');
    assert.equal(kstatus(pod('2026-07-31T23:59:40Z')!, now).status, 'Failed');
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { numberAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { modules, openPool } from '../adapters/engine/engineFixture.ts';
import { statedWarnings, typeWarningIn } from '../admission/typeWarnings.ts';
import type { TypeWarning } from '../admission/typeWarnings.ts';
import { SurfaceApi } from '../surface/surfaceApi.ts';
import { definition, samples, typePolicy } from './typeSamples.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
/** The version of the control plane, see go.mod beside this file. */
const kubeVersion = '1.34';
const policiesPath = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

describe('the types of policies, checked by the engine and by a real controller manager', () => {
  let dir: string;
  let plane: ControlPlane;
  let api: SurfaceApi;
  let pool: EnginePool;

  before(async function () {
    this.timeout(withBuild);
    assert.ok(existsSync(`${modules}/admission.wasm`), 'dist/engine/admission.wasm is missing: run "npm run build"');
    dir = await mkdtemp(path.join(tmpdir(), 'plumbline-types-'));
    plane = await startControlPlane({ dir, progress: console.log });
    api = new SurfaceApi(plane);
    pool = openPool({ threads: 1, deadlineMs: 120_000 });
    const { status } = await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    assert.equal(status, 201);
    await eventually('the schema of widgets to be published', async () => {
      const { body } = await api.get('/openapi/v3');
      return objectAt(body, 'paths', 'apis/shop.example/v1');
    });
  });

  after(async function () {
    this.timeout(30_000);
    pool.dispose();
    api.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('agree word for word, but where the controller doubts what is right', async function () {
    this.timeout(180_000);
    const policies = samples.map(typePolicy);
    for (const each of policies) assert.equal((await api.post(policiesPath, each)).status, 201);
    const { problems } = await pool.judge(
      'admission',
      {
        policies: policies.map((object) => ({ id: nameOf(object), object })),
        ...{ context: [definition], complete: 'all', requests: [], kinds: [], kubeVersion },
      },
      new AbortController().signal,
    );
    for (const { name, isDoubtedWrongly } of samples) {
      const theirs = await warningsOf(name);
      const ours = problems.filter(({ document }) => document === name).flatMap((each) => typeWarningIn(each) ?? []);
      if (isDoubtedWrongly === true) {
        assert.notDeepEqual(theirs, [], `${name}: the controller has learned it`);
        assert.deepEqual(ours, [], name);
      } else {
        assert.deepEqual(ours, theirs, name);
      }
    }
  });

  /** What the controller says of a policy once it has seen it. */
  async function warningsOf(name: string): Promise<readonly TypeWarning[]> {
    const policy = await eventually(`the types of ${name} to be checked`, async () => {
      const { body } = await api.get(`${policiesPath}/${name}`);
      return numberAt(body, 'status', 'observedGeneration') === 1 ? body : undefined;
    });
    return statedWarnings(policy);
  }
});

function nameOf(object: JsonObject): string {
  return stringAt(object, 'metadata', 'name') ?? '';
}

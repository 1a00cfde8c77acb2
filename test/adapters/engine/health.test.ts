import assert from 'node:assert/strict';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import type { HealthScript, ScriptVerdict } from '../../../src/core/health/healthScripts.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { openPool } from './engineFixture.ts';

const { signal } = new AbortController();

function object(name: string, status: JsonObject = {}): JsonObject {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name }, status };
}

/** A script of argocd-cm for the things above. */
function script(lua: string, useOpenLibs = false): readonly HealthScript[] {
  return [{ key: 'example.com/Thing', lua, useOpenLibs }];
}

const own = { key: 'example.com/Thing', isOverride: true };
const byPhase = 'return {status = obj.status.phase, message = obj.metadata.name}';

describe('health scripts in the engine', () => {
  let pool: EnginePool;

  before(() => {
    pool = openPool();
  });

  after(() => {
    pool.dispose();
  });

  const judge = (objects: readonly JsonObject[], overrides: readonly HealthScript[] = []) =>
    pool.judgeHealth({ objects, overrides }, signal);

  it("judges by Argo CD's own scripts and says which", async () => {
    const ready = { type: 'Ready', status: 'False', reason: 'ErrInitIssuer', message: 'no such secret' };
    const issuer = {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Issuer',
      metadata: { name: 'ca' },
      status: { conditions: [ready] },
    };
    assert.deepEqual(await judge([issuer, object('a')]), [
      {
        kind: 'judged',
        status: 'Degraded',
        message: 'no such secret',
        script: { key: 'cert-manager.io/Issuer', isOverride: false },
      },
      { kind: 'unscripted' },
    ]);
  });

  it('judges more objects than one request holds, in their order', async () => {
    const objects = Array.from({ length: 450 }, (_, i) => object(`thing-${i}`, { phase: 'Healthy' }));
    const verdicts = await judge(objects, script(byPhase));
    assert.deepEqual(
      verdicts,
      objects.map((_, i): ScriptVerdict => ({ kind: 'judged', status: 'Healthy', message: `thing-${i}`, script: own })),
    );
  });

  it('places an error of a script on its line', async () => {
    const [verdict] = await judge([object('a')], script('local a = 1\nreturn {status = obj.spec.phase}'));
    assert.deepEqual(verdict, {
      kind: 'failed',
      message: "<string>:2: attempt to index a non-table object(nil) with key 'phase'",
      line: 2,
      isEndless: false,
      script: own,
    });
  });

  it('ends a script without end and judges the other objects all the same', async () => {
    const lua = 'while obj.status.phase == nil do end return {status = obj.status.phase}';
    const phases = [undefined, 'Healthy', undefined, 'Degraded', undefined, undefined, undefined, undefined, 'Healthy'];
    const objects = phases.map((phase, i) => object(`thing-${i}`, phase === undefined ? {} : { phase }));
    const told = (await judge(objects, script(lua))).map((verdict) =>
      verdict.kind === 'failed' && verdict.isEndless ? undefined : verdict.kind === 'judged' ? verdict.status : verdict,
    );
    assert.deepEqual(told, phases);
  });

  it('says of a script that takes all memory what it did, and judges the other objects all the same', async () => {
    const lua = 'if obj.status.phase then return {status = obj.status.phase} end return {status = ("x"):rep(2^31)}';
    const objects = [object('a', { phase: 'Healthy' }), object('b'), object('c', { phase: 'Degraded' })];
    const [before, greedy, behind] = await judge(objects, script(lua, true));
    assert.deepEqual(
      [before, behind],
      [
        { kind: 'judged', status: 'Healthy', message: '', script: own },
        { kind: 'judged', status: 'Degraded', message: '', script: own },
      ],
    );
    assert.equal(greedy?.kind, 'unjudged');
  });

  it('gives a script nothing of this machine', async () => {
    const lua = `
      local file = io.open("/etc/passwd") or io.open("package.json")
      local home = os.getenv("HOME") or os.getenv("PATH")
      local started = pcall(os.execute, "true") and os.execute("true") == 0
      return {status = (file or home or started) and "Degraded" or "Healthy"}`;
    const [verdict] = await judge([object('a')], script(lua, true));
    assert.deepEqual(verdict, { kind: 'judged', status: 'Healthy', message: '', script: own });
  });

  it('stops when nobody waits any longer', async () => {
    const patience = new AbortController();
    const asked = pool.judgeHealth({ objects: [object('a')], overrides: script('while true do end') }, patience.signal);
    patience.abort();
    await assert.rejects(asked, { name: 'AbortError' });
  });
});

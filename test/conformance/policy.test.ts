import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { runPolicyCases } from './policyCases.ts';

const cases = fileURLToPath(new URL('../cases/policy', import.meta.url));
const modules = fileURLToPath(new URL('../../dist/engine', import.meta.url));
const worker = new URL('../../src/adapters/engine/engineWorker.ts', import.meta.url);

describe('policy cases', function () {
  this.timeout(120_000);
  let engine: EnginePool;

  before(() => {
    engine = new EnginePool({ worker, modules });
  });

  after(() => {
    engine.dispose();
  });

  it('all get the verdicts and the texts that the engines’ own programmes give', async () => {
    const misses: string[] = [];
    let total = 0;
    for await (const result of runPolicyCases(cases, engine)) {
      total += result.total;
      misses.push(...result.misses.map(({ resource, message }) => `${result.case} ${resource}: ${message ?? ''}`));
    }
    assert.deepEqual(misses, []);
    assert.ok(total > 0, 'there are cases');
  });
});

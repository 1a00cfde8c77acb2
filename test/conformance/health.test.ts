import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPool } from '../adapters/engine/engineFixture.ts';
import { runHealthCases } from './healthCases.ts';
import type { HealthCaseResult } from './healthCases.ts';

const own = fileURLToPath(new URL('../cases/health', import.meta.url));
/** Cases of Argo CD's own scripts, kept beside the repository: they are other people's data. */
const beside = fileURLToPath(new URL('../../../shared/cases/health', import.meta.url));

describe('the health cases', function () {
  this.timeout(120_000);

  async function check(folder: string): Promise<void> {
    const pool = openPool();
    try {
      const results: HealthCaseResult[] = [];
      for await (const result of runHealthCases(folder, pool)) results.push(result);
      assert.ok(results.length > 0, 'there are cases');
      assert.deepEqual(
        results.filter(({ agree }) => !agree),
        [],
      );
    } finally {
      pool.dispose();
    }
  }

  it('agree with both reconcilers on built-in kinds', () => check(own));

  it("agree with Argo CD's scripts", function () {
    if (!existsSync(beside)) {
      console.log(`      skipped: ${beside} is not here`);
      this.skip();
    }
    return check(beside);
  });
});

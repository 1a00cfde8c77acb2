import assert from 'node:assert/strict';
import { argoAppHealth, worstKstatus } from '../../../src/core/health/appHealth.ts';

const live = (status?: string) => ({ isLive: true, status });
const gone = { isLive: false, status: 'Missing' };

describe('the health of an app', () => {
  const cases = [
    ['is Healthy without objects', [], 'Healthy'],
    ['is the worst of its objects', [live('Healthy'), live('Degraded'), live('Progressing')], 'Degraded'],
    ['is Unknown before anything else', [live('Degraded'), live('Unknown')], 'Unknown'],
    ['is not worsened by what nobody judges', [live(), live('Healthy')], 'Healthy'],
    ['is not worsened by an object that is missing', [live('Healthy'), gone], 'Healthy'],
    ['is Missing when all objects are', [gone, gone], 'Missing'],
    ['counts a suspended object', [live('Suspended'), live('Healthy')], 'Suspended'],
  ] as const;
  for (const [title, objects, expected] of cases) {
    it(`${title}, for Argo CD`, () => {
      assert.equal(argoAppHealth(objects), expected);
    });
  }

  it('is the worst word of kstatus, and none without objects', () => {
    assert.equal(worstKstatus(['Current', 'InProgress', 'Terminating']), 'InProgress');
    assert.equal(worstKstatus(['InProgress', 'Failed']), 'Failed');
    assert.equal(worstKstatus([]), undefined);
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openPool } from '../adapters/engine/engineFixture.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { runProvenanceCases } from './provenanceCases.ts';
import type { ProvenanceCaseResult } from './provenanceCases.ts';

const cases = fileURLToPath(new URL('../cases/provenance', import.meta.url));

/** Fields that do not agree today, `case#index`, each with the reason. The list may only shrink. */
type KnownMisses = Readonly<Record<string, string>>;

describe('the provenance cases', function () {
  this.timeout(180_000);
  const results: ProvenanceCaseResult[] = [];
  let pool: EnginePool | undefined;
  let misses: KnownMisses = {};

  before(async () => {
    pool = openPool();
    misses = JSON.parse(await readFile(`${cases}/known-misses.json`, 'utf8')) as KnownMisses; // edge: our own file
    for await (const result of runProvenanceCases(cases, pool)) results.push(result);
  });

  after(() => {
    pool?.dispose();
  });

  it('never name a wrong place', () => {
    const wrong = results.flatMap((each) => each.details.filter((detail) => detail.outcome === 'wrong'));
    assert.deepEqual(wrong, []);
  });

  it('agree in every field that is not a known miss', () => {
    assert.ok(results.length > 0, 'there are cases');
    const missed = fields(results).filter(({ id, outcome }) => outcome !== 'agree' && !(id in misses));
    assert.deepEqual(missed, []);
  });

  it('name every place beside the deciding one in the cases that were written for this', () => {
    const own = results.filter((each) => each.case.startsWith('1'));
    assert.ok(own.length >= 8, 'there are such cases');
    assert.deepEqual(
      own.flatMap((each) =>
        each.details.flatMap(({ path, lacking = [] }) => lacking.map((place) => `${each.case} ${path}: ${place}`)),
      ),
      [],
    );
  });

  it('still miss every known miss: take the others off the list', () => {
    const agreeing = new Set(fields(results).flatMap(({ id, outcome }) => (outcome === 'agree' ? [id] : [])));
    assert.deepEqual(
      Object.keys(misses).filter((id) => agreeing.has(id)),
      [],
    );
  });
});

function fields(
  results: readonly ProvenanceCaseResult[],
): readonly { id: string; outcome: string; message?: string | undefined }[] {
  return results.flatMap((result) =>
    result.details.map(({ outcome, message }, index) => ({ id: `${result.case}#${index}`, outcome, message })),
  );
}

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Limiter } from '../../../src/adapters/cluster/limiter.ts';
import { readLines } from '../../../src/adapters/cluster/readLines.ts';
import type { Clock } from '../../../src/core/ports.ts';

const signal = new AbortController().signal;

/** A clock that jumps: a delay is over at once and moves the time. */
function jumpingClock(): Clock & { readonly waited: number[] } {
  const waited: number[] = [];
  const time = { now: 0 };
  return {
    waited,
    now: () => new Date(time.now),
    delay: (ms) => {
      waited.push(ms);
      time.now += ms;
      return Promise.resolve();
    },
  };
}

describe('limiting requests', () => {
  it('lets a burst pass and then the rate', async () => {
    const clock = jumpingClock();
    const limiter = new Limiter({ requestsPerSecond: 10, burst: 3, concurrency: 1 }, clock);
    for (let n = 0; n < 6; n++) await limiter.run(() => Promise.resolve(), signal);
    assert.deepEqual(clock.waited, [100, 100, 100]);
  });

  it('bounds what is under way and keeps the order', async () => {
    const limiter = new Limiter({ requestsPerSecond: 1000, burst: 100, concurrency: 2 }, jumpingClock());
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((n) =>
      limiter.run(() => {
        started.push(n);
        return new Promise<void>((resolve) => ends.push(resolve));
      }, signal),
    );
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await turn();
    assert.deepEqual(started, [0, 1]);
    ends[0]?.();
    await turn();
    assert.deepEqual(started, [0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await turn();
    ends[3]?.();
    await Promise.all(all);
    assert.deepEqual(started, [0, 1, 2, 3]);
  });

  it('frees the place of what failed or was given up', async () => {
    const limiter = new Limiter({ requestsPerSecond: 1000, burst: 100, concurrency: 1 }, jumpingClock());
    await assert.rejects(
      limiter.run(() => Promise.reject(new Error('no')), signal),
      /no/,
    );
    await assert.rejects(
      limiter.run(() => Promise.resolve(), AbortSignal.abort()),
      { name: 'AbortError' },
    );
    assert.equal(await limiter.run(() => Promise.resolve(5), signal), 5);
  });
});

describe('reading lines of a stream', () => {
  const cases = [
    { name: 'lines in one chunk', chunks: ['a\nb\n'], lines: ['a', 'b'] },
    { name: 'a line over several chunks', chunks: ['a', 'b', 'c\nd'], lines: ['abc', 'd'] },
    { name: 'empty lines and the last line without an end', chunks: ['\na\n\n', 'b'], lines: ['a', 'b'] },
    { name: 'nothing', chunks: [], lines: [] },
  ];
  for (const { name, chunks, lines } of cases) {
    it(`reads ${name}`, async () => {
      assert.deepEqual(await collect(chunks.map((text) => Buffer.from(text))), lines);
    });
  }

  it('joins characters that are split between chunks', async () => {
    const bytes = Buffer.from('grün\n€\n');
    assert.deepEqual(await collect([...bytes].map((byte) => Buffer.from([byte]))), ['grün', '€']);
  });

  async function collect(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
    const lines: string[] = [];
    for await (const line of readLines(stream(chunks))) lines.push(line);
    return lines;
  }
  async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
});

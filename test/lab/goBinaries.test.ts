import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { ensureBinaries } from '../../scripts/lab/goBinaries.ts';
import { LabError } from '../../scripts/lab/labError.ts';

describe('building the Go binaries', () => {
  const { PATH, PLUMBLINE_CACHE } = process.env;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plumbline-go-'));
  });

  after(() => rm(dir, { recursive: true, force: true }));

  afterEach(() => {
    process.env.PATH = PATH;
    if (PLUMBLINE_CACHE === undefined) delete process.env.PLUMBLINE_CACHE;
    else process.env.PLUMBLINE_CACHE = PLUMBLINE_CACHE;
  });

  /** Puts a program called `go` with these shell lines first on the PATH. */
  const pretendGo = async (...lines: readonly string[]): Promise<void> => {
    await writeFile(join(dir, 'go'), ['#!/bin/sh', ...lines].join('\n'));
    await chmod(join(dir, 'go'), 0o755);
    process.env.PATH = `${dir}:${PATH ?? ''}`;
  };

  const failsWith = (pattern: RegExp): Promise<void> =>
    assert.rejects(ensureBinaries(['guard'], console.log), (error: unknown) => {
      assert.ok(error instanceof LabError);
      assert.match(error.message, pattern);
      return true;
    });

  it('says what to install when Go is missing', async () => {
    process.env.PATH = join(dir, 'nothing-here');
    await failsWith(/^Go is missing: install Go 1\.26 or newer .*$/);
  });

  it('says what to install when Go is too old', async () => {
    await pretendGo('echo go1.22.3; echo linux; echo amd64');
    await failsWith(/^Go 1\.22 is too old: install Go 1\.26 or newer .*$/);
  });

  it('passes on what Go itself says about a module it cannot build', async () => {
    await pretendGo('echo "go: go.mod requires go >= 1.26.0 (running go 1.25.1; GOTOOLCHAIN=local)" >&2', 'exit 1');
    await failsWith(/requires go >= 1\.26\.0.*install Go 1\.26/);
  });

  it('names the binary and the compiler error when a build fails', async () => {
    process.env.PLUMBLINE_CACHE = join(dir, 'cache');
    await pretendGo(
      '[ "$1" = env ] && echo go1.26.0 && exit 0',
      'echo "guard/main.go:1:1: expected package" >&2',
      'exit 1',
    );
    await failsWith(/^go build of guard failed: guard\/main\.go:1:1/);
  });

  it('builds once when several callers ask at the same time, and every caller gets a whole file', async function () {
    this.timeout(120_000);
    process.env.PLUMBLINE_CACHE = join(dir, 'shared-cache');
    const [one, other] = await Promise.all([1, 2].map(() => ensureBinaries(['guard'], () => undefined)));
    assert.equal(one!.guard, other!.guard);
    const lines: string[] = [];
    await ensureBinaries(['guard'], (line) => lines.push(line));
    assert.deepEqual(lines, [], 'the third caller finds it built');
  });
});

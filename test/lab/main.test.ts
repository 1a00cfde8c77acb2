import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'mocha';
import { eventually } from '../../scripts/lab/eventually.ts';
import { parseJson, textAt } from '../../scripts/lab/json.ts';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';
import { descendantsOf, stillRunning } from '../cluster/processes.ts';

const withBuild = 25 * 60_000;

describe('the lab on the command line', () => {
  const start = (): { child: ChildProcess; firstLine: Promise<string>; exit: Promise<number | null> } => {
    const child = spawn(process.execPath, [join(projectRoot, 'scripts', 'lab', 'main.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stderr.on('data', () => undefined);
    const firstLine = new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
    return { child, firstLine, exit };
  };

  const allEnded = (pids: readonly number[]): Promise<boolean> =>
    eventually('every process to end', async () => ((await stillRunning(pids)).length === 0 ? true : undefined));

  it('prints how to reach it and leaves nothing behind after Ctrl-C', async function () {
    this.timeout(withBuild);
    const { child, firstLine, exit } = start();
    const kubeconfig = textAt(parseJson(await firstLine), 'kubeconfig');
    assert.ok(kubeconfig !== undefined && existsSync(kubeconfig));
    const pids = await descendantsOf(child.pid!);
    assert.ok(pids.length >= 3, 'API server, controller manager and kustomize-controller');
    child.kill('SIGINT');
    assert.equal(await exit, 0);
    await allEnded(pids);
    assert.ok(!existsSync(kubeconfig), 'its scratch folder is gone');
  });

  it('leaves nothing behind after Ctrl-C while it starts', async function () {
    this.timeout(withBuild);
    const { child, exit } = start();
    const pids = await eventually('the control plane to start', async () => {
      const found = await descendantsOf(child.pid!);
      return found.length >= 2 ? found : undefined;
    });
    child.kill('SIGINT');
    assert.equal(await exit, 0);
    await allEnded(pids);
  });

  it('leaves nothing behind when it is killed', async function () {
    this.timeout(withBuild);
    const { child, firstLine } = start();
    const kubeconfig = textAt(parseJson(await firstLine), 'kubeconfig');
    const pids = await descendantsOf(child.pid!);
    child.kill('SIGKILL');
    await allEnded(pids);
    // Nobody was left to remove the scratch folder.
    assert.ok(kubeconfig !== undefined);
    await rm(join(kubeconfig, '..', '..'), { recursive: true, force: true });
  });
});

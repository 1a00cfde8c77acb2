import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { runOrThrow } from '../../scripts/lab/run.ts';
import { openStage } from './harness.ts';
import type { Stage } from './harness.ts';
import { holds } from './holds.ts';

const seconds = 1000;
const sizeFile = 'apps/web/overlays/prod/web-size.yaml';

describe('bad states of cluster and remote, in VS Code', () => {
  let stage: Stage;

  before(async function () {
    this.timeout(1500 * seconds);
    stage = await openStage(['flux']);
    await row('web', /Flux · Synced · Current/);
  });

  after(async () => {
    // Absent when the start itself failed.
    await (stage as Stage | undefined)?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await stage.screenshot('bad-failed');
  });

  /** Waits until a row of the tree reads so, and returns all rows. */
  async function row(label: string | RegExp, description: RegExp): Promise<void> {
    await holds(async () => {
      const rows = await stage.driver.treeRows('Apps');
      const isWanted = (text: string): boolean => (typeof label === 'string' ? text === label : label.test(text));
      const found = rows.some((each) => isWanted(each.label) && description.test(each.description));
      assert.ok(found, `no ${String(label)} with ${String(description)} in ${JSON.stringify(rows)}`);
    }, 60 * seconds);
  }

  async function notified(text: RegExp): Promise<void> {
    // A toast may have gone by already.
    await stage.driver.runCommand('Notifications: Show Notifications');
    await holds(async () => {
      const shown = await stage.driver.notifications();
      assert.ok(
        shown.some((each) => text.test(each)),
        `${String(text)} in ${JSON.stringify(shown)}`,
      );
    }, 30 * seconds);
    await stage.driver.runCommand('Notifications: Clear All Notifications');
  }

  async function openPanel(app: string): Promise<void> {
    await stage.driver.runCommand('GitOps: Change & Sync');
    await stage.driver.pick(new RegExp(`^\\s*${app}\\s*Flux`));
    const heading = stage.driver.webview().getByRole('heading', { name: app, exact: true });
    await heading.waitFor({ timeout: 30 * seconds });
  }

  it('says what a viewer may not see, and shows the rest', async () => {
    await stage.choose([`${stage.lab.context}-viewer`]);
    await row(`${stage.lab.context}-viewer`, /partly forbidden/);
    await row(/: may not list secrets/, /^/);
    await stage.screenshot('bad-viewer');
  });

  it('says what a user of one namespace may not see', async () => {
    await stage.choose([`${stage.lab.context}-namespaced`]);
    await row(`${stage.lab.context}-namespaced`, /partly forbidden/);
    await row(/^shop-prod: may not list .*deployments.*services/, /^/);
    await row('Not seen in any cluster', /5 apps/);
    await stage.driver.statusBarItem('partly forbidden').waitFor({ timeout: 20 * seconds });
    await stage.screenshot('bad-namespaced');
  });

  it('says that a context is gone, and connects again when it is back', async () => {
    await stage.choose(['gone']);
    await row('gone', /offline/);
    await stage.driver
      .view('Apps')
      .getByText('The kubeconfig has no context gone')
      .waitFor({ timeout: 20 * seconds });
    await stage.screenshot('bad-context');
    await stage.choose([stage.lab.context]);
    await row('web', /Flux · Synced · Current/);
  });

  it('keeps a commit whose push was rejected, and says what to do', async () => {
    const { lab, driver } = stage;
    const other = await mkdtemp(path.join(tmpdir(), 'plumbline-other-'));
    const identity = ['-c', 'user.name=Other', '-c', 'user.email=other@storefront.example'];
    try {
      await runOrThrow('git', ['clone', '--quiet', lab.remoteUrl, other], { cwd: tmpdir() });
      await runOrThrow('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'First'], { cwd: other });
      await runOrThrow('git', ['push', '--quiet'], { cwd: other });
    } finally {
      await rm(other, { recursive: true, force: true });
    }
    const size = path.join(lab.workdir, sizeFile);
    const before = (await lab.repository.git('rev-parse', 'HEAD')).trim();
    await writeFile(size, (await readFile(size, 'utf8')).replace('replicas: 3', 'replicas: 4'));
    await openPanel('web');
    const panel = driver.webview();
    await holds(async () => {
      assert.match(await panel.getByLabel('Commit message').inputValue(), /replicas/);
    }, 30 * seconds);
    await panel.getByRole('button', { name: 'Commit & sync' }).click();
    await holds(async () => {
      assert.ok((await driver.dialog()) !== undefined, 'the question is asked');
    }, 20 * seconds);
    await driver.pressDialogButton('Commit & sync');
    const result = panel.locator('.result.failed');
    await result.waitFor({ timeout: 60 * seconds });
    await stage.screenshot('bad-push');
    assert.match(await result.innerText(), /has commits that are not here.*The commit is kept; pull/s);
    assert.equal((await lab.repository.git('rev-parse', 'HEAD~1')).trim(), before);
    assert.equal((await lab.repository.git('status', '--porcelain')).trim(), '');
  });

  it('does not ask a suspended Kustomization for a sync', async () => {
    const patch = (isSuspended: boolean): Promise<string> =>
      stage.lab.kubectl(
        ...['patch', 'kustomization.kustomize.toolkit.fluxcd.io', 'web', '-n', 'flux-system', '--type=merge'],
        ...['-p', JSON.stringify({ spec: { suspend: isSuspended } })],
      );
    await patch(true);
    await row('web', /suspended/i);
    await stage.driver.runCommand('GitOps: Sync…');
    await stage.driver.pick(/^\s*web\s*Flux/);
    await notified(/suspended; resume it first/);
    await patch(false);
  });

  it('says that the cluster stopped answering, and keeps what was seen', async () => {
    await stage.lab.controlPlane.stop();
    await row(stage.lab.context, /stale since|offline/);
    await row('web', /Flux/);
    await stage.screenshot('bad-stopped');
  });

  it('let nothing through to the log that nobody handled', () => {
    const unhandled = stage.workbench.consoleErrors.filter((line) =>
      /plumbline|unhandled|rejected promise/i.test(line),
    );
    assert.deepEqual(
      unhandled.filter((line) => !line.includes('Unable to read file')),
      [],
    );
  });
});

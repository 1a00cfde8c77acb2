import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { WorkbenchDriver } from '../../scripts/editor/driver.ts';
import { openWorkbench } from '../../scripts/editor/workbench.ts';
import type { OpenWorkbench } from '../../scripts/editor/workbench.ts';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';
import { policyRepository } from '../../scripts/testing/scratchRepository.ts';
import type { ScratchRepository } from '../../scripts/testing/scratchRepository.ts';
import { holds } from './holds.ts';

const seconds = 1000;
const deployment = 'apps/payments/deployment.yaml';

describe('policies of a repository, in VS Code without a cluster', () => {
  let repository: ScratchRepository;
  let workbench: OpenWorkbench;
  let driver: WorkbenchDriver;

  before(async function () {
    this.timeout(180 * seconds);
    repository = await policyRepository();
    const options = { folder: repository.folder, extensionPath: projectRoot, isTrusted: true };
    workbench = await openWorkbench(options, (line) => {
      console.log(`  ${line}`);
    });
    driver = new WorkbenchDriver(workbench.page);
    await driver.openActivity('GitOps');
  });

  after(async () => {
    // Absent when the start itself failed.
    await (workbench as OpenWorkbench | undefined)?.close();
    await (repository as ScratchRepository | undefined)?.remove();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.log(`  the window says: ${await driver.screenText()}`);
  });

  /** Waits until a row of the tree reads so. */
  async function row(label: string, description: RegExp): Promise<void> {
    await holds(async () => {
      const rows = await driver.treeRows('Apps');
      const found = rows.some((each) => each.label === label && description.test(each.description));
      assert.ok(found, `no ${label} with ${String(description)} in ${JSON.stringify(rows)}`);
    }, 90 * seconds);
  }

  it('groups in the tree what they say of an app, and lists where they are from', async () => {
    await row('payments', /2 denied/);
    await driver.expandRow('Apps', 'payments');
    await row('Policies', /^2 denied, 1 warning, 1 audited, 1 undecided$/);
    await driver.expandRow('Apps', '2 denied, 1 warning');
    await row('Deployment payments', /^three-replicas\/replicas: Payments runs three times\./);
    await row('CronJob settlement', /^few-retries: Tries again at most once\./);
    await row('Service payments', /^by-owners: /);
  });

  it('write the value that the rule asks for into the editor, after a preview, and go away', async () => {
    await driver.openFile(deployment);
    await driver.openProblems();
    await holds(async () => {
      assert.match((await driver.problems()).join('\n'), /three-replicas\/replicas denies Deployment payments/);
    }, 60 * seconds);
    await workbench.page.locator('.editor-group-container.active .squiggly-error').first().waitFor();
    await driver.runCommand('Go to Next Problem in Files');
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+.');
    await workbench.page.locator('.action-widget').getByText('Set the value that three-replicas asks for').click();
    await holds(async () => {
      const words = (await driver.dialog()) ?? '';
      assert.match(words, /Set Deployment payments, spec\.replicas to 3, as three-replicas asks\?/);
      assert.match(words, /apps\/payments\/deployment\.yaml, line 9: 2 → 3/);
    }, 20 * seconds);
    await driver.pressDialogButton('Write into Editor');
    await holds(async () => {
      assert.match(await driver.editorText(), /replicas: 3/);
      assert.doesNotMatch((await driver.problems()).join('\n'), /three-replicas/);
    }, 60 * seconds);
    await row('Policies', /^1 denied, 1 warning, 1 audited, 1 undecided$/);
  });
});

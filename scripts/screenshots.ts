import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { holds } from '../test/e2e/holds.ts';
import { openStage } from '../test/e2e/harness.ts';
import type { Stage } from '../test/e2e/harness.ts';
import { WorkbenchDriver } from './editor/driver.ts';
import { openWorkbench } from './editor/workbench.ts';
import { projectRoot } from './lab/projectPaths.ts';
import { policyRepository } from './testing/scratchRepository.ts';

/** Takes the pictures of the README from the real product: `npm run screenshots`. */
const folder = path.join(projectRoot, 'media', 'screenshots');
/** How long something may take on a busy machine, in milliseconds. */
const patience = 120_000;
/** Wide and high enough for the tree with who and when, and for the panel down to the effect. */
const size = { width: 1720, height: 1140 };

async function shoot({ workbench }: Stage, name: string): Promise<void> {
  // Hovers and notifications of the way there are not what the picture is about.
  await workbench.page.mouse.move(900, 700);
  const hover = workbench.page.locator('.workbench-hover').filter({ visible: true });
  await hover.waitFor({ state: 'hidden' });
  await workbench.page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(`media/screenshots/${name}.png`);
}

async function chooseTheme({ driver, workbench }: Stage, theme: string, mark: string): Promise<void> {
  // Out of the panel's editor, which has keys of its own.
  await workbench.page.locator('.tab', { hasText: 'web-size.yaml' }).click();
  await workbench.page.keyboard.press('Control+K');
  await workbench.page.keyboard.press('Control+T');
  await workbench.page.locator('.quick-input-widget input.input').waitFor();
  await workbench.page.keyboard.type(theme);
  await driver.pick(theme);
  await workbench.page.locator(`.monaco-workbench.${mark}`).waitFor();
}

async function showDrift({ lab, driver, workbench }: Stage): Promise<void> {
  await lab.makeDrift();
  await driver.exactTreeRow('Apps', 'web').click();
  await driver.openFile('apps/web/overlays/prod/web-size.yaml');
  await workbench.page.locator('.squiggly-info').first().waitFor({ timeout: patience });
  await driver.exactTreeRow('Apps', 'web').click();
  await workbench.page.keyboard.press('ArrowRight');
  await driver.treeRow('Apps', 'spec.replicas').waitFor();
  await driver.expandRow('Apps', 'History');
  await driver.openFile('apps/web/overlays/prod/web-size.yaml');
  await widenSideBar(workbench.page);
}

/** The table of what a scalar decides, over the drifted one. */
async function showHover({ driver, workbench }: Stage): Promise<void> {
  const { page } = workbench;
  const scalar = page.locator('.editor-group-container.active .view-line', { hasText: 'replicas:' });
  await page.mouse.move(900, 700);
  await scalar.locator('span span').last().hover();
  await page.locator('.monaco-hover table').waitFor();
  // The hover fades in.
  await page.screenshot({ path: path.join(folder, 'drift.png'), animations: 'disabled' });
  console.log('media/screenshots/drift.png');
  await driver.page.keyboard.press('Escape');
}

/** Descriptions of rows end in what matters most: who and when. */
async function widenSideBar(page: Page): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (box === null) return;
  const [x, y] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 250, y, { steps: 5 });
  await page.mouse.up();
}

async function showPanel({ driver, workbench }: Stage): Promise<void> {
  const { keyboard } = workbench.page;
  await driver.runCommand('GitOps: Change & Sync');
  // No question which app: it is selected in the tree.
  await driver.webview().getByLabel('Commit message').waitFor();
  await driver.runCommand('View: Move Editor into Next Group');
  const panel = driver.webview();
  await panel.locator('button.file[data-file="apps/web/overlays/prod/kustomization.yaml"]').click();
  await panel.locator('.monaco-editor .view-line').first().click();
  await keyboard.press('Control+Home');
  // Line 18 holds the image's tag.
  for (let line = 1; line < 18; line += 1) await keyboard.press('ArrowDown');
  for (const key of ['End', 'Backspace', '3']) await keyboard.press(key);
  await holds(async () => {
    if ((await panel.getByLabel('Commit message').inputValue()) === '') throw new Error('no message is suggested');
  }, 20_000);
}

/** What policies say of a repository without a cluster, and what can be done about it. */
async function showPolicies(): Promise<void> {
  const repository = await policyRepository();
  const options = { folder: repository.folder, extensionPath: projectRoot, isTrusted: true };
  const workbench = await openWorkbench(options, () => undefined);
  const { page } = workbench;
  try {
    await page.setViewportSize({ width: 1720, height: 900 });
    const driver = new WorkbenchDriver(page);
    await driver.openActivity('GitOps');
    await driver.treeRow('Apps', '2 denied').waitFor({ timeout: patience });
    await driver.expandRow('Apps', 'payments');
    await driver.expandRow('Apps', '2 denied, 1 warning');
    await widenSideBar(page);
    await driver.openFile('apps/payments/deployment.yaml');
    await driver.openProblems();
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor({ timeout: patience });
    await driver.runCommand('Go to Next Problem in Files');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').getByText('Set the value that three-replicas asks for').waitFor();
    await page.screenshot({ path: path.join(folder, 'policies.png') });
    console.log('media/screenshots/policies.png');
  } finally {
    await workbench.close();
    await repository.remove();
  }
}

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await showPolicies();
  const stage = await openStage(['flux', 'argocd']);
  try {
    await stage.workbench.page.setViewportSize(size);
    await showDrift(stage);
    await showHover(stage);
    await showPanel(stage);
    // The edit asks for a new proof of the line.
    await stage.workbench.page.locator('.squiggly-info').first().waitFor({ timeout: patience });
    await stage.driver.treeRow('Apps', '1.14.3').waitFor();
    await shoot(stage, 'overview');
    for (const [theme, mark, name] of [
      ['Dark Modern', 'vs-dark', 'overview-dark'],
      ['Dark High Contrast', 'hc-black', 'overview-high-contrast'],
    ] as const) {
      await chooseTheme(stage, theme, mark);
      await shoot(stage, name);
    }
  } finally {
    await stage.close();
  }
}

await main();

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { holds } from '../test/e2e/holds.ts';
import { openStage } from '../test/e2e/harness.ts';
import type { Stage } from '../test/e2e/harness.ts';
import { projectRoot } from './lab/projectPaths.ts';

/** Takes the pictures of the README from the real product: `npm run screenshots`. */
const folder = path.join(projectRoot, 'media', 'screenshots');

async function shoot({ workbench }: Stage, name: string): Promise<void> {
  // Hovers and notifications of the way there are not what the picture is about.
  await workbench.page.mouse.move(900, 700);
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
  await workbench.page.locator('.squiggly-info').first().waitFor();
  await driver.exactTreeRow('Apps', 'web').click();
  await workbench.page.keyboard.press('ArrowRight');
  await driver.treeRow('Apps', 'spec.replicas').waitFor();
  await driver.openFile('apps/web/overlays/prod/web-size.yaml');
  await widenSideBar(workbench.page);
}

/** Descriptions of rows end in what matters most: who and when. */
async function widenSideBar(page: Page): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (box === null) return;
  const [x, y] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 150, y, { steps: 5 });
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

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stage = await openStage(['flux', 'argocd']);
  try {
    await stage.workbench.page.setViewportSize({ width: 1720, height: 980 });
    await showDrift(stage);
    await shoot(stage, 'drift');
    await showPanel(stage);
    // The edit asks for a new proof of the line.
    await stage.workbench.page.locator('.squiggly-info').first().waitFor();
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

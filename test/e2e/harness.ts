import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkbenchDriver } from '../../scripts/editor/driver.ts';
import type { OpenWorkbench } from '../../scripts/editor/workbench.ts';
import { openWorkbench } from '../../scripts/editor/workbench.ts';
import type { Lab } from '../../scripts/lab/lab.ts';
import { startLab } from '../../scripts/lab/lab.ts';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';
import type { ReconcilerName } from '../../scripts/lab/reconciler.ts';
import { holds } from './holds.ts';
import { Cleanups } from '../../scripts/start/cleanups.ts';
import { writeFolderSettings } from '../../scripts/start/workspaceSettings.ts';

/** VS Code with the extension on a scratch storefront, connected to a real cluster whose reconcilers have applied it. */
export interface Stage {
  readonly lab: Lab;
  readonly workbench: OpenWorkbench;
  readonly driver: WorkbenchDriver;
  /** Writes a screenshot to `PLUMBLINE_SCREENSHOTS`, if that folder is named. */
  screenshot(name: string): Promise<void>;
  /** Chooses the contexts of the workspace, by its settings. */
  choose(contexts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

function progress(line: string): void {
  console.log(`  ${line}`);
}

/** Opens the Apps view and waits for its first rows; says what the window shows instead. */
async function showApps(driver: WorkbenchDriver): Promise<void> {
  await driver.openActivity('GitOps');
  await holds(async () => {
    const rows = await driver.treeRows('Apps');
    assert.notEqual(rows.length, 0, `no apps in the window, which says: ${await driver.screenText()}`);
  }, 60_000);
}

/** Starts everything; what had started ends when something fails. */
export async function openStage(reconcilers: readonly ReconcilerName[]): Promise<Stage> {
  const cleanups = new Cleanups();
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-e2e-'));
  cleanups.add(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  try {
    const lab = await startLab({ dir: path.join(scratch, 'lab'), reconcilers, progress });
    cleanups.add(() => lab.stop());
    const choose = (contexts: readonly string[]): Promise<void> =>
      writeFolderSettings(lab.workdir, { 'plumbline.contexts': contexts });
    await choose([lab.context]);
    const workbench = await openWorkbench(
      { folder: lab.workdir, extensionPath: projectRoot, isTrusted: true, env: { KUBECONFIG: lab.kubeconfig } },
      progress,
    );
    cleanups.add(() => workbench.close());
    const screenshot = async (name: string): Promise<void> => {
      const { PLUMBLINE_SCREENSHOTS } = process.env;
      if (PLUMBLINE_SCREENSHOTS === undefined) return;
      await workbench.page.screenshot({ path: path.join(PLUMBLINE_SCREENSHOTS, `${name}.png`) });
    };
    const driver = new WorkbenchDriver(workbench.page);
    await showApps(driver);
    return { lab, workbench, driver, screenshot, choose, close: () => cleanups.run() };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}

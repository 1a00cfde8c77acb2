import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';

import { openStage } from './harness.ts';
import type { Stage } from './harness.ts';
import { holds } from './holds.ts';

/** One app of the storefront, and what a person does to it. */
interface Journey {
  readonly app: string;
  readonly reconciler: 'flux' | 'argocd';
  /** Words of the tree when all is well. */
  readonly well: RegExp;
  readonly namespace: string;
  readonly overlay: string;
  readonly replicas: number;
  /** Tag at HEAD and the one that is committed; the last character is what the person types over. */
  readonly tag: readonly [string, string];
}

const journeys: readonly Journey[] = [
  {
    app: 'web',
    reconciler: 'flux',
    well: /Flux · Synced · Current/,
    namespace: 'shop-prod',
    overlay: 'apps/web/overlays/prod',
    replicas: 3,
    tag: ['1.14.2', '1.14.3'],
  },
  {
    app: 'web-staging',
    reconciler: 'argocd',
    well: /Argo CD · Synced · Healthy/,
    namespace: 'shop-staging',
    overlay: 'apps/web/overlays/staging',
    replicas: 2,
    tag: ['1.15.0-rc.1', '1.15.0-rc.2'],
  },
];

const seconds = 1000;
/** From the change in the cluster to the squiggle on the line. */
const diagnosticDeadline = 5 * seconds;

describe('the main job, end to end', () => {
  let stage: Stage;

  before(async function () {
    // Builds the lab's binaries and VS Code's server on a new machine.
    this.timeout(1500 * seconds);
    stage = await openStage(['flux', 'argocd']);
  });

  after(async () => {
    // Absent when the start itself failed.
    await (stage as Stage | undefined)?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await stage.screenshot('failed');
  });

  async function descriptionOf(app: string): Promise<string> {
    const rows = await stage.driver.treeRows('Apps');
    return rows.find(({ label }) => label === app)?.description ?? 'not in the tree';
  }

  async function waitForDescription(app: string, wanted: RegExp, patience: number): Promise<void> {
    await holds(async () => {
      const description = await descriptionOf(app);
      assert.match(description, wanted, `${app} reads "${description}"`);
    }, patience);
  }

  async function findProblem(text: RegExp): Promise<string | undefined> {
    return (await stage.driver.problems()).find((row) => text.test(row));
  }

  for (const journey of journeys) {
    const { app, reconciler, namespace, overlay, replicas, tag } = journey;

    describe(`${app}, run by ${reconciler}`, () => {
      it('stands in the tree as synced and healthy', async () => {
        await waitForDescription(app, journey.well, 60 * seconds);
        assert.equal(await findProblem(new RegExp(`Deployment web.*${namespace}`)), undefined);
      });

      it('gets a squiggle on the patch line when somebody else changes the replicas', async () => {
        await stage.driver.openFile(`${overlay}/web-size.yaml`);
        await stage.driver.problems();
        const spec = JSON.stringify({ spec: { replicas: replicas + 2 } });
        await stage.lab.kubectl(
          ...['patch', 'deployment', 'web', '-n', namespace, '--field-manager=kubectl-edit', '-p', spec],
        );
        const message = `runs ${replicas + 2}, Git says ${replicas} (Deployment web, spec.replicas). Changed by kubectl-edit`;
        await holds(async () => {
          const rows = await stage.driver.problems();
          const row = rows.find((each) => each.includes(message));
          assert.ok(row !== undefined, `no such problem among ${JSON.stringify(rows)}`);
          assert.match(row, /\[Ln 6, Col 13\]/);
        }, diagnosticDeadline);
        assert.match(await stage.driver.editorText(), new RegExp(`replicas: ${replicas}`));
        await stage.workbench.page.locator('.squiggly-info').first().waitFor();
        await waitForDescription(app, /1 difference/, diagnosticDeadline);
        await stage.screenshot(`drift-${reconciler}`);
      });

      it('commits a changed image from the panel, syncs it and follows it until healthy', async () => {
        await openPanel(app);
        await changeTag();
        const panel = stage.driver.webview();
        const message = panel.getByLabel('Commit message');
        await holds(async () => {
          assert.match(await message.inputValue(), new RegExp(`${tag[0]} → ${tag[1]}`));
        }, 20 * seconds);
        await stage.screenshot(`panel-${reconciler}`);
        await panel.getByRole('button', { name: 'Commit & sync' }).click();
        await confirm();
        await panel.locator('.result.succeeded').waitFor({ timeout: 120 * seconds });
        await stage.screenshot(`synced-${reconciler}`);
        const image = await stage.lab.kubectl(
          ...['get', 'deployment', 'web', '-n', namespace, '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
        );
        assert.equal(image.trim().split(':')[1], tag[1]);
      });

      it('is synced and healthy again at the new commit, the drift gone', async () => {
        await waitForDescription(app, journey.well, 60 * seconds);
        const head = (await stage.lab.repository.git('rev-parse', 'HEAD')).trim();
        const remote = (await stage.lab.repository.git('ls-remote', 'origin', 'refs/heads/main')).trim();
        assert.ok(remote.startsWith(head), 'the commit was pushed');
        assert.match(await stage.driver.webview().locator('header').innerText(), new RegExp(head.slice(0, 7)));
        const live = await stage.lab.kubectl(
          ...['get', 'deployment', 'web', '-n', namespace, '-o', 'jsonpath={.spec.replicas}'],
        );
        assert.equal(live.trim(), String(replicas));
        await holds(async () => {
          assert.equal(await findProblem(/spec\.replicas/), undefined);
        }, 20 * seconds);
      });
    });

    async function changeTag(): Promise<void> {
      const panel = stage.driver.webview();
      await panel.locator(`button.file[data-file="${overlay}/kustomization.yaml"]`).click();
      // By the keyboard: Monaco draws only the lines in sight.
      const text = await readFile(path.join(stage.lab.workdir, overlay, 'kustomization.yaml'), 'utf8');
      const line = text.split('\n').findIndex((each) => each.includes('newTag'));
      await panel.locator('.monaco-editor .view-line').first().click();
      await stage.workbench.page.keyboard.press('Control+Home');
      for (let at = 0; at < line; at += 1) await stage.workbench.page.keyboard.press('ArrowDown');
      await stage.workbench.page.keyboard.press('End');
      await stage.workbench.page.keyboard.press('Backspace');
      await stage.workbench.page.keyboard.type(tag[1].at(-1) ?? '');
    }

    async function confirm(): Promise<void> {
      await holds(async () => {
        const text = await stage.driver.dialog();
        assert.ok(text !== undefined, 'the question is asked');
        for (const named of [app, stage.lab.context, 'main']) assert.ok(text.includes(named), `${text} names ${named}`);
      }, 20 * seconds);
      await stage.screenshot(`confirm-${reconciler}`);
      await stage.driver.pressDialogButton('Commit & sync');
    }
  }

  async function openPanel(app: string): Promise<void> {
    await stage.driver.runCommand('GitOps: Change & Sync');
    await stage.driver.pick(new RegExp(`^\\s*${app}\\s*(?:Argo|Flux)`));
    await stage.driver
      .webview()
      .getByRole('heading', { name: app, exact: true })
      .waitFor({ timeout: 30 * seconds });
  }
});

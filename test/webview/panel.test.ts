import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { findChromium, launchBrowser } from '../../scripts/editor/browser.ts';
import { applyChanges } from '../../src/protocol/textChange.ts';
import { builtPage, openPanel, servePanel } from './panelPage.ts';
import type { PanelDriver } from './panelPage.ts';
import { overlayText, rejected, running, snapshot, succeeded } from './snapshots.ts';
import { themes } from './themes.ts';

const overlay = 'apps/storefront/overlays/prod/kustomization.yaml';

describe('the Change & Sync page in a real browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: Awaited<ReturnType<typeof servePanel>>;
  let panel: PanelDriver;

  before(async function () {
    if ((await builtPage()) === undefined) {
      console.log('skipped: dist/webview is not built (npm run build)');
      this.skip();
    }
    if (findChromium() === undefined) {
      console.log('skipped: no Chromium found (set PLUMBLINE_CHROMIUM)');
      this.skip();
    }
    server = await servePanel();
    browser = await launchBrowser((line) => {
      console.log(line);
    });
  });

  // Absent when the suite was skipped before it could start them.
  after(async () => {
    await (browser as Browser | undefined)?.close();
    (server as { close(): void } | undefined)?.close();
  });

  afterEach(async () => {
    assert.deepEqual(panel.complaints, []);
    await panel.page.close();
  });

  /** Opens the page and shows it the snapshot and the text of the first file. */
  async function start(options: Parameters<typeof openPanel>[2] = {}): Promise<void> {
    panel = await openPanel(browser, server.url, options);
    await panel.next('ready');
    await panel.send({ type: 'snapshot', snapshot });
    const { file } = await panel.next('bind');
    await panel.send({ type: 'text', file, version: 1, text: overlayText });
    await panel.page.locator('.view-line', { hasText: 'newTag' }).waitFor();
  }

  const focused = (): Promise<string> =>
    panel.page.evaluate(
      "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id) || document.activeElement?.textContent || ''",
    );

  it('shows app, files, effect and acts of a snapshot, and binds the first changed file', async () => {
    await start();
    assert.equal(await panel.page.getByRole('heading', { level: 1 }).textContent(), 'storefront');
    assert.equal(await panel.page.locator('button.file[aria-current]').getAttribute('data-file'), overlay);
    assert.equal(await panel.page.getByRole('table').count(), snapshot.effect.objects.length);
    assert.equal(await panel.page.locator('#message').inputValue(), snapshot.act.template);
    for (const { message } of snapshot.effect.risks) assert.equal(await panel.page.getByText(message).count(), 1);
  });

  it('posts what is typed as edits that lead to the editor’s text, one at a time', async () => {
    await start();
    await panel.page.locator('.view-line', { hasText: 'newTag' }).click();
    await panel.page.keyboard.press('End');
    await panel.page.keyboard.type('-rc.1', { delay: 5 });
    let text = overlayText;
    let version = 1;
    const wanted = overlayText.replace('newTag: 1.5.0', 'newTag: 1.5.0-rc.1');
    while (text !== wanted) {
      const edit = await panel.next('edit');
      assert.equal(edit.version, version);
      text = applyChanges(text, edit.changes);
      version += 1;
      await panel.send({ type: 'edited', file: edit.file, version });
    }
  });

  it('takes over what somebody else writes, without sending it back', async () => {
    await start();
    const change = { startLine: 2, startCharacter: 11, endLine: 2, endCharacter: 21, text: 'shop' };
    await panel.send({ type: 'changed', file: overlay, from: 1, version: 2, changes: [change] });
    await panel.page.locator('.view-line', { hasText: 'shop' }).first().waitFor();
    await panel.page.locator('.view-line', { hasText: 'patches' }).click();
    await panel.page.keyboard.press('End');
    await panel.page.keyboard.type('#');
    const edit = await panel.next('edit');
    assert.equal(edit.version, 2);
    assert.deepEqual(edit.changes, [{ startLine: 8, startCharacter: 8, endLine: 8, endCharacter: 8, text: '#' }]);
  });

  it('saves by the keyboard', async () => {
    await start();
    await panel.page.locator('.view-line', { hasText: 'newTag' }).click();
    await panel.page.keyboard.press('Control+s');
    assert.equal((await panel.next('save')).file, overlay);
  });

  it('marks what the schema forbids', async () => {
    await start();
    const wrong = overlayText.replace('namespace: storefront', 'namespace: 5');
    await panel.send({ type: 'text', file: overlay, version: 2, text: wrong });
    await panel.page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
  });

  it('can be walked by the keyboard alone, from the files through the editor to the buttons', async () => {
    await start();
    await panel.page.locator(`button.file[data-file="${overlay}"]`).focus();
    await panel.page.keyboard.press('ArrowDown');
    assert.match(await focused(), /pdb\.yaml/);
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.next('bind')).file, 'apps/storefront/overlays/prod/pdb.yaml');
    await panel.send({ type: 'text', file: 'apps/storefront/overlays/prod/pdb.yaml', version: 1, text: 'kind: A\n' });
    await panel.page.locator('.view-line', { hasText: 'kind' }).waitFor();
    await panel.page.keyboard.press('Escape');
    assert.match(await focused(), /pdb\.yaml/);
    await panel.page.locator('#message').focus();
    const seen: string[] = [];
    while (!seen.includes('act-sync')) {
      await panel.page.keyboard.press('Tab');
      seen.push(await focused());
      assert.ok(seen.length < 10, seen.join(' | '));
    }
    assert.deepEqual(seen, ['sign-off', 'act-both', 'act-commit', 'act-sync']);
  });

  it('commits the chosen files with the written message', async () => {
    await start();
    await panel.page.getByRole('checkbox', { name: /pdb\.yaml/ }).uncheck();
    await panel.page.locator('#message').fill('web: 1.5.0\n\nBecause.');
    await panel.page.locator('#sign-off').check();
    await panel.page.getByRole('button', { name: 'Commit & sync' }).click();
    assert.deepEqual(await panel.next('commit'), {
      type: 'commit',
      files: [overlay],
      message: 'web: 1.5.0\n\nBecause.',
      signOff: true,
      thenSync: true,
    });
  });

  it('says why a button cannot act, keeps it reachable and does nothing when it is pressed', async () => {
    await start();
    const sync = panel.page.locator('#act-sync');
    assert.equal(await sync.getAttribute('aria-disabled'), 'true');
    assert.ok(await panel.page.locator(`#${String(await sync.getAttribute('aria-describedby'))}`).isVisible());
    await sync.press('Enter');
    await panel.page.locator('#message').fill('');
    await panel.page.locator('#act-commit').press('Enter');
    assert.equal(await panel.page.locator('#act-commit-note').textContent(), 'Write a commit message.');
    await panel.page.locator('#message').fill('m');
    await panel.page.locator('#act-commit').press('Enter');
    await panel.next('commit');
    assert.deepEqual(
      panel.posted.filter(({ type }) => type === 'sync' || type === 'commit').map(({ type }) => type),
      ['commit'],
    );
  });

  it('tells the progress in a live region, lets go of it, and says the result with its duration', async () => {
    await start();
    const region = panel.page.locator('[aria-live=polite].live-region');
    await panel.send({ type: 'progress', progress: running });
    await region.filter({ hasText: running.message }).waitFor({ state: 'attached' });
    await panel.page.getByRole('button', { name: 'Stop following' }).click();
    await panel.next('unfollow');
    await panel.send({ type: 'progress', progress: succeeded });
    await region.filter({ hasText: succeeded.message }).waitFor({ state: 'attached' });
    assert.match((await panel.page.locator('.result').textContent()) ?? '', /\(8\.4 s\)/);
    await panel.send({ type: 'progress', progress: rejected });
    await panel.page.locator('.result', { hasText: rejected.next ?? '' }).waitFor();
  });

  it('keeps the focus on a row when that row is shown anew', async () => {
    await start();
    await panel.page.locator(`button.file[data-file="${overlay}"]`).focus();
    const files = snapshot.files.map((file) => ({
      ...file,
      origin: file.path === overlay ? ('uncommitted' as const) : file.origin,
    }));
    await panel.send({ type: 'files', files });
    await panel.page.locator('.row.open .origin', { hasText: /^uncommitted$/ }).waitFor();
    assert.match(await focused(), /kustomization\.yaml/);
  });

  it('never reads text of a manifest as HTML', async () => {
    await start();
    const evil = '<img src=x onerror=alert(1)>';
    const objects = snapshot.effect.objects.map((object) => ({ ...object, name: evil }));
    await panel.send({ type: 'effect', effect: { ...snapshot.effect, objects } });
    await panel.page.locator('.object-name', { hasText: evil }).first().waitFor();
    assert.equal(await panel.page.locator('.effect img').count(), 0);
  });

  it('comes back with what the person had entered', async () => {
    await start();
    await panel.page.locator('#message').fill('mine');
    await panel.page.getByRole('checkbox', { name: /pdb\.yaml/ }).uncheck();
    const state = await panel.keptState();
    await panel.page.close();
    await start({ state });
    assert.equal(await panel.page.locator('#message').inputValue(), 'mine');
    assert.equal(await panel.page.getByRole('checkbox', { name: /pdb\.yaml/ }).isChecked(), false);
  });

  it('begins a new message once everything is committed', async () => {
    await start();
    await panel.page.locator('#message').fill('mine');
    const files = snapshot.files.map((file) => ({ ...file, origin: 'unpushed' as const }));
    await panel.send({ type: 'files', files });
    await panel.page.waitForFunction(
      `document.querySelector('#message').value === ${JSON.stringify(snapshot.act.template)}`,
    );
  });

  it('forgets what was entered for another app', async () => {
    await start({ state: { app: 'other', message: 'theirs', signOff: true, leftOut: [], folded: [] } });
    assert.equal(await panel.page.locator('#message').inputValue(), snapshot.act.template);
  });

  it('follows the theme in the editor too', async () => {
    await start();
    const background = (): Promise<string> =>
      panel.page.evaluate("getComputedStyle(document.querySelector('.monaco-editor-background')).backgroundColor");
    assert.equal(await background(), 'rgb(31, 31, 31)');
    await panel.useTheme('light');
    await panel.page.waitForFunction(
      "getComputedStyle(document.querySelector('.monaco-editor-background')).backgroundColor === 'rgb(255, 255, 255)'",
    );
    await panel.useTheme('contrast');
    await panel.page.locator('.monaco-editor.hc-black').waitFor();
  });

  for (const width of [320, 640, 1280]) {
    it(`needs no sideways scrolling at ${String(width)} pixels`, async () => {
      await start({ width });
      await panel.send({ type: 'progress', progress: running });
      await panel.page.locator('.step').first().waitFor();
      const [needed, given] = await panel.page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      assert.ok(needed <= given, `${String(needed)} > ${String(given)}`);
    });
  }

  it('leaves text readable in every theme (contrast 4.5 to 1 for notes and cells)', async () => {
    for (const name of ['light', 'dark', 'contrast', 'contrastLight'] as const) {
      await start();
      await panel.useTheme(name);
      const poor = await panel.page.evaluate<readonly string[]>(
        poorContrast(themes[name].variables['editor-background'] ?? ''),
      );
      assert.deepEqual(poor, [], name);
      if (name !== 'contrastLight') await panel.page.close();
    }
  });
});

/** The script that finds texts whose contrast against what lies under them is below WCAG's 4.5. */
function poorContrast(page: string): string {
  return `(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const paint = (colours) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => {
      const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const poor = new Set();
    for (const element of document.querySelectorAll('header *, .file-list *, .effect *, .act-form *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (!own || element.closest('[aria-disabled=true]') || !element.checkVisibility()) continue;
      const under = [];
      for (let at = element; at; at = at.parentElement) under.unshift(getComputedStyle(at).backgroundColor);
      const back = [${JSON.stringify(page)}, ...under];
      const a = light(paint(back));
      const b = light(paint([...back, getComputedStyle(element).color]));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.add(element.className + ' "' + element.textContent.trim().slice(0, 30) + '" ' + ratio.toFixed(2));
    }
    return [...poor];
  })()`;
}

import type { FrameLocator, Locator, Page } from 'playwright-core';

/** One visible row of a tree, as a screen reader gets it. */
export interface TreeRow {
  /** 1 for the top. */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  readonly isExpanded: boolean | undefined;
}

const patience = 20_000;
/** Long enough for a palette on a busy machine. */
const glance = 5_000;
const attempts = 4;

/** Drives a workbench the way a person does: by the palette, the keyboard and what is on the screen. */
export class WorkbenchDriver {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Runs a command by its title in the palette (`GitOps: Refresh`). Rejects when the palette does not offer it. */
  async runCommand(title: string): Promise<void> {
    await this.#persist(`run "${title}"`, async () => {
      await this.page.keyboard.press('F1');
      const input = this.page.locator('.quick-input-widget input.input');
      await input.fill(`>${title}`, { timeout: glance });
      await this.page
        .locator('.quick-input-list .monaco-list-row.focused', { hasText: title })
        .waitFor({ timeout: glance });
      await input.press('Enter', { timeout: glance });
    });
  }

  /** An editor that opens late takes the focus and closes the palette; the next attempt finds it quiet. */
  async #persist(what: string, act: () => Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        await act();
        return;
      } catch {
        await this.page.keyboard.press('Escape');
      }
    }
    throw new Error(`the palette does not let me ${what}`);
  }

  /** Chooses a row of the open quick pick by a part of its text, or by a pattern where one text begins another. */
  async pick(text: string | RegExp): Promise<void> {
    await this.#quickPickRow(text).first().click({ timeout: patience });
  }

  /** Ticks rows of an open quick pick with check boxes and accepts. */
  async pickMany(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const box = this.#quickPickRow(text).locator(
        'input[type=checkbox], .monaco-checkbox, .quick-input-list-checkbox',
      );
      await box.first().click({ timeout: patience });
    }
    await this.page.keyboard.press('Enter');
  }

  #quickPickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
  }

  /** Opens a file of the folder by its path. */
  async openFile(path: string): Promise<void> {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    await this.#persist(`open ${path}`, async () => {
      await this.page.keyboard.press('Control+P');
      await this.page.locator('.quick-input-widget input.input').fill(path, { timeout: glance });
      // Files of the same name that were open lately come first: name and folder together tell them apart.
      const row = this.#quickPickRow(name).and(this.#quickPickRow(path.slice(0, Math.max(0, slash))));
      await row.first().click({ timeout: glance });
    });
    await this.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: patience });
    await this.page.locator('.editor-group-container.active .view-line').first().waitFor({ timeout: patience });
  }

  /** Shows a view container by the name in the activity bar. */
  async openActivity(name: string): Promise<void> {
    const tab = this.page.locator('.part.activitybar .action-item', {
      has: this.page.getByLabel(name, { exact: false }),
    });
    if ((await tab.first().getAttribute('aria-selected')) !== 'true') await tab.first().click({ timeout: patience });
  }

  /** The pane of a view, by its title. */
  view(title: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator('.pane-header', { hasText: title }) });
  }

  /** The rows of a view's tree that are on the screen. */
  async treeRows(title: string): Promise<readonly TreeRow[]> {
    const rows = await this.view(title).locator('.monaco-list-row').all();
    return Promise.all(rows.map(readRow));
  }

  /** A row of a view's tree by a part of its text. */
  treeRow(title: string, text: string): Locator {
    return this.view(title).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** A row of a view's tree by its whole label. */
  exactTreeRow(title: string, label: string): Locator {
    const name = this.page.locator('.label-name').getByText(label, { exact: true });
    return this.view(title).locator('.monaco-list-row', { has: name }).first();
  }

  /** Chooses an entry of the open context menu. */
  async pickMenu(text: string): Promise<void> {
    await this.page.locator('.monaco-menu .action-item', { hasText: text }).first().click({ timeout: patience });
  }

  /** Opens a row of a view's tree, if it is closed. */
  async expandRow(title: string, text: string): Promise<void> {
    const row = this.treeRow(title, text);
    await row.waitFor({ timeout: patience });
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click({ timeout: patience });
  }

  /** Presses one of a tree row's inline actions by its name. */
  async pressInlineAction(title: string, row: string, action: string): Promise<void> {
    const found = this.treeRow(title, row);
    await found.hover();
    await found.locator(`.action-label[aria-label*="${action}"]`).click({ timeout: patience });
  }

  /** Shows the Problems panel. */
  async openProblems(): Promise<void> {
    if (await this.page.locator('.markers-panel').isVisible()) return;
    await this.runCommand('Problems: Focus on Problems View');
    await this.page.locator('.markers-panel').waitFor({ timeout: patience });
  }

  /** The rows of the Problems panel, files and problems alike, as text. */
  async problems(): Promise<readonly string[]> {
    await this.openProblems();
    return this.page.locator('.markers-panel .monaco-list-row').allInnerTexts();
  }

  /** The title texts of notifications on the screen. */
  async notifications(): Promise<readonly string[]> {
    return this.page.locator('.notification-list-item-message').allInnerTexts();
  }

  /** The modal dialog's text, `undefined` when there is none. */
  async dialog(): Promise<string | undefined> {
    const box = this.page.locator('.monaco-dialog-box');
    return (await box.isVisible()) ? await box.innerText() : undefined;
  }

  /** Presses a button of the modal dialog. */
  async pressDialogButton(text: string): Promise<void> {
    await this.page
      .locator('.monaco-dialog-box .monaco-button', { hasText: text })
      .first()
      .click({ timeout: patience });
  }

  /** Agrees to what the modal dialog asks: its default button. */
  async confirmDialog(): Promise<void> {
    const button = this.page.locator('.monaco-dialog-box .monaco-button:not(.secondary)').first();
    await button.click({ timeout: patience });
    await this.page
      .locator('.monaco-dialog-box')
      .waitFor({ state: 'hidden', timeout: glance })
      .catch(() => undefined);
  }

  /** The document inside the visible webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** The text of a status bar item by a part of its text. */
  statusBarItem(text: string): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  /** What stands on the screen, for messages of tests that did not find what they looked for. */
  async screenText(): Promise<string> {
    const text = await this.page.locator('.monaco-workbench').innerText();
    return text.replaceAll(/\s+/g, ' ').trim();
  }

  /** The text of the active editor's visible lines, as drawn. */
  async editorText(): Promise<string> {
    const lines = await this.page.locator('.editor-group-container.active .view-lines').first().innerText();
    return lines.replaceAll('\u00a0', ' ');
  }
}

async function readRow(row: Locator): Promise<TreeRow> {
  const expanded = await row.getAttribute('aria-expanded');
  const text = async (selector: string): Promise<string> =>
    (await row.locator(selector).allInnerTexts()).join(' ').replaceAll('\u00a0', ' ').trim();
  return {
    level: Number(await row.getAttribute('aria-level')),
    label: await text('.label-name'),
    description: await text('.label-description'),
    isExpanded: expanded === null ? undefined : expanded === 'true',
  };
}

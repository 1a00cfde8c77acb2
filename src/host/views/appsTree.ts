import * as vscode from 'vscode';
import type { AppId } from '../../core/model/app.ts';
import { Coalescer } from '../coalescer.ts';
import { Lifetime } from '../lifetime.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { appRows } from './appRows.ts';
import { summarize } from './appsSummary.ts';
import { changedRows, indexRows } from './row.ts';
import type { Row, RowIndex } from './row.ts';

/** The view's id in package.json. */
export const appsViewId = 'plumbline.apps';

/** Shortest time between two drawings, in milliseconds; a burst of watch events becomes one. */
const drawEvery = 100;

/**
 * The Apps view. Its elements are row ids, which stay the same from state to state; only rows that look different are
 * drawn again, so that expansion, selection and scroll position stay.
 */
export class AppsTree implements vscode.TreeDataProvider<string> {
  readonly #session: RepositorySession;
  readonly #changed = new vscode.EventEmitter<string[] | undefined>();
  readonly #life = new Lifetime();
  readonly #view: vscode.TreeView<string>;
  #index: RowIndex = indexRows([]);

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: RepositorySession) {
    this.#session = session;
    this.#life.own(this.#changed);
    this.#view = this.#life.own(
      vscode.window.createTreeView(appsViewId, { treeDataProvider: this, showCollapseAll: true }),
    );
    const redraw = this.#life.own(
      Coalescer.leading(drawEvery, () => {
        this.#draw();
      }),
    );
    this.#life.own(
      session.onDidChange(() => {
        redraw.request();
      }),
    );
    this.#life.own(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) void session.start();
      }),
    );
  }

  /** The row behind an element, for commands that a menu of the view calls. */
  row(id: string): Row | undefined {
    return this.#index.rows.get(id);
  }

  /** The rows in sight order, for tests and for "copy". */
  get roots(): readonly Row[] {
    return this.#index.roots;
  }

  /** The selected rows. */
  get selection(): readonly Row[] {
    return this.#view.selection.map((id) => this.row(id)).filter((row) => row !== undefined);
  }

  /** Brings an app into sight and selects it. */
  async reveal(app: AppId): Promise<void> {
    if (this.#index.rows.has(app)) await this.#view.reveal(app, { focus: true, expand: true });
  }

  getChildren(id?: string): string[] {
    const children = id === undefined ? this.#index.roots : (this.row(id)?.children ?? []);
    return children.map((row) => row.id);
  }

  getParent(id: string): string | undefined {
    return this.#index.parents.get(id) || undefined;
  }

  getTreeItem(id: string): vscode.TreeItem {
    const row = this.row(id);
    return row === undefined ? new vscode.TreeItem('') : treeItem(row);
  }

  dispose(): void {
    this.#life.dispose();
  }

  #draw(): void {
    const { window } = this.#session;
    const t = vscode.l10n.t;
    const before = this.#index;
    const roots = window.overview === undefined ? [] : appRows(window.overview, { now: new Date(), t });
    this.#index = indexRows(roots);
    const { message, badge } = summarize(window, t);
    this.#view.message = message ?? '';
    this.#view.badge = badge;
    const changed = changedRows(before, this.#index);
    if (changed.includes('')) this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire([...changed]);
  }
}

function treeItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, collapsibleState(row));
  item.id = row.id;
  item.contextValue = row.context;
  item.accessibilityInformation = { label: row.spoken };
  if (row.description !== undefined) item.description = row.description;
  if (row.tooltip !== undefined) item.tooltip = row.tooltip;
  if (row.icon !== undefined) item.iconPath = themeIcon(row.icon);
  if (row.target !== undefined && row.target.kind !== 'cluster') {
    item.command = { command: 'plumbline.openRow', title: vscode.l10n.t('Open'), arguments: [row.id] };
  }
  return item;
}

function themeIcon({ name, color }: NonNullable<Row['icon']>): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(name) : new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
}

function collapsibleState({ children, isExpanded }: Row): vscode.TreeItemCollapsibleState {
  if (children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return isExpanded === true ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

import * as vscode from 'vscode';
import type { AppId } from '../../core/model/app.ts';
import type { Clock } from '../../core/ports.ts';
import { Coalescer } from '../coalescer.ts';
import { Lifetime } from '../lifetime.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { appRows } from './appRows.ts';
import { eventLines } from './eventWords.ts';
import { untilCancelled } from '../untilCancelled.ts';
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
  readonly #clock: Pick<Clock, 'now'>;
  readonly #changed = new vscode.EventEmitter<string[] | undefined>();
  readonly #life = new Lifetime();
  readonly #view: vscode.TreeView<string>;
  #index: RowIndex = indexRows([]);

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: RepositorySession, clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
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

  /** Completes the tooltip of an object of a connected cluster by what that told lately; asked for while the pointer rests. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    id: string,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem | undefined> {
    const row = this.row(id);
    const target = row?.target;
    if (row === undefined || (target?.kind !== 'difference' && target?.kind !== 'object')) return item;
    const overview = this.#session.current?.overview;
    const told =
      overview && (await untilCancelled((signal) => overview.eventsOf(target.app, target.object, signal), token));
    if (told === undefined) return undefined;
    const lines = eventLines(told, target.object, { now: this.#clock.now(), t: vscode.l10n.t });
    item.tooltip = [row.tooltip, ...lines].filter((line) => line !== undefined).join('\n');
    return item;
  }

  dispose(): void {
    this.#life.dispose();
  }

  #draw(): void {
    const { window } = this.#session;
    const t = vscode.l10n.t;
    const before = this.#index;
    const roots = window.overview === undefined ? [] : appRows(window.overview, { now: this.#clock.now(), t });
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
  // What is left out here is asked for when somebody looks (`resolveTreeItem`).
  if (row.tooltip !== undefined && !isTold(row)) item.tooltip = row.tooltip;
  if (row.icon !== undefined) item.iconPath = themeIcon(row.icon);
  if (row.target !== undefined && row.target.kind !== 'cluster') {
    item.command = { command: 'plumbline.openRow', title: vscode.l10n.t('Open'), arguments: [row.id] };
  }
  return item;
}

/** Rows of which the cluster may tell more than the picture holds. */
function isTold({ target }: Row): boolean {
  return target?.kind === 'difference' || target?.kind === 'object';
}

function themeIcon({ name, color }: NonNullable<Row['icon']>): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(name) : new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
}

function collapsibleState({ children, isExpanded }: Row): vscode.TreeItemCollapsibleState {
  if (children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return isExpanded === true ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

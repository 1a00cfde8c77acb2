import type { AppId } from '../../core/model/app.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { VerdictRef } from '../../core/policy/policyVerdict.ts';
import type { ResourceKey } from '../../core/model/resource.ts';

/** One line of a tree, as data: everything that is shown and what a click means. */
export interface Row {
  /** Stays the same from state to state, so that expansion and selection survive a refresh. */
  readonly id: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly tooltip?: string | undefined;
  readonly icon?: RowIcon | undefined;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
  /** Words for `when` clauses, separated by spaces (`app argo connected`). */
  readonly context: string;
  readonly target?: RowTarget | undefined;
  readonly isExpanded?: boolean | undefined;
  readonly children: readonly Row[];
}

/** A product icon; the shape alone tells the state, the colour only repeats it. */
export interface RowIcon {
  readonly name: string;
  readonly color?: string | undefined;
}

/** What a row is about; a click opens it. */
export type RowTarget =
  | { readonly kind: 'cluster'; readonly context: string }
  | { readonly kind: 'app'; readonly app: AppId }
  | { readonly kind: 'object'; readonly app: AppId; readonly object: ResourceKey }
  | {
      readonly kind: 'difference';
      readonly app: AppId;
      readonly object: ResourceKey;
      readonly path?: string | undefined;
      readonly origin: string;
    }
  | { readonly kind: 'verdict'; readonly app: AppId; readonly object: ResourceKey; readonly verdict: VerdictRef }
  /** Line and column from 1. */
  | { readonly kind: 'file'; readonly file: RepoPath; readonly line: number; readonly column: number };

/** Reads outside data (the argument of a command) as the target of a difference. */
export function isDifferenceTarget(value: unknown): value is Extract<RowTarget, { kind: 'difference' }> {
  if (typeof value !== 'object' || value === null) return false;
  const facts = new Map<string, unknown>(Object.entries(value));
  const isText = (key: string): boolean => typeof facts.get(key) === 'string';
  const hasPath = facts.get('path') === undefined || isText('path');
  return facts.get('kind') === 'difference' && ['app', 'object', 'origin'].every(isText) && hasPath;
}

/** Rows by id, with the parent of each; the root has the id `''`. */
export interface RowIndex {
  readonly rows: ReadonlyMap<string, Row>;
  readonly parents: ReadonlyMap<string, string>;
  readonly roots: readonly Row[];
}

/** Makes the index of a tree. Of rows with the same id the first one counts. */
export function indexRows(roots: readonly Row[]): RowIndex {
  const rows = new Map<string, Row>();
  const parents = new Map<string, string>();
  const visit = (row: Row, parent: string): void => {
    if (rows.has(row.id)) return;
    rows.set(row.id, row);
    parents.set(row.id, parent);
    for (const child of row.children) visit(child, row.id);
  };
  for (const root of roots) visit(root, '');
  return { rows, parents, roots };
}

/** The rows to redraw from one tree to the next: those that look different or have other children. `''` is the root. */
export function changedRows(before: RowIndex, after: RowIndex): readonly string[] {
  if (childIds(before.roots) !== childIds(after.roots)) return [''];
  return [...after.rows.values()].filter((row) => hasChanged(before.rows.get(row.id), row)).map(({ id }) => id);
}

function hasChanged(before: Row | undefined, after: Row): boolean {
  // A new row is drawn by its parent, whose list of children has changed.
  return before !== undefined && before !== after && face(before) !== face(after);
}

function face(row: Row): string {
  return JSON.stringify({ ...row, children: childIds(row.children) });
}

function childIds(rows: readonly Row[]): string {
  return JSON.stringify(rows.map(({ id }) => id));
}

/** A row that only holds others together. */
export function folderRow(row: Pick<Row, 'id' | 'label' | 'description' | 'children' | 'isExpanded'>): Row {
  return { ...row, spoken: `${row.label}, ${row.description ?? ''}`, context: 'folder' };
}

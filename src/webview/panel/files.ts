import type { FileOrigin, PanelFile } from '../../protocol/panelState.ts';
import { button, el, icon, showEach } from './dom.ts';

/** What the person does in the list of files. */
export interface FileActions {
  readonly onOpen: (file: string) => void;
  readonly onChoose: (file: string, isChosen: boolean) => void;
}

/** What of the list belongs to the page: the file in the editor and the files left out of the commit. */
export interface FileSelection {
  readonly open?: string | undefined;
  readonly leftOut: readonly string[];
}

const originWords: Readonly<Record<FileOrigin, string | undefined>> = {
  unsaved: 'unsaved',
  uncommitted: 'uncommitted',
  unpushed: 'unpushed',
  unchanged: undefined,
};

/** Whether a file is part of what a commit would write. */
export function isCommittable(file: PanelFile): boolean {
  return file.origin === 'unsaved' || file.origin === 'uncommitted';
}

/** The list of files: changed ones with a checkbox each, then those the app is built from. */
export class FileList {
  readonly element = el('div', { class: 'file-list' });
  readonly #changed = el('ul', { class: 'rows', 'aria-label': 'Changed files' });
  readonly #others = el('ul', { class: 'rows', 'aria-label': 'Other files of this app' });
  readonly #othersTitle = el('h3', {}, 'Also read by this app');
  readonly #empty = el('p', { class: 'empty' }, 'No file is changed. Pick one below and edit it here.');
  readonly #actions: FileActions;

  constructor(actions: FileActions) {
    this.#actions = actions;
    this.element.append(this.#empty, this.#changed, this.#othersTitle, this.#others);
    this.element.addEventListener('keydown', (event) => {
      this.#move(event);
    });
  }

  show(files: readonly PanelFile[], selection: FileSelection): void {
    const rows = files.map((file) => ({
      ...file,
      isOpen: file.path === selection.open,
      isChosen: !selection.leftOut.includes(file.path),
    }));
    const changed = rows.filter((row) => row.origin !== 'unchanged');
    const others = rows.filter((row) => row.origin === 'unchanged');
    showEach(this.#changed, changed, pathOf, (row) => this.#row(row, row.isOpen, row.isChosen));
    showEach(this.#others, others, pathOf, (row) => this.#row(row, row.isOpen, false));
    this.#empty.hidden = changed.length > 0;
    this.#othersTitle.hidden = others.length === 0;
  }

  /** Puts the focus on a file's button. */
  focus(file: string | undefined): void {
    const all = this.#buttons();
    (all.find((each) => each.dataset.file === file) ?? all[0])?.focus();
  }

  #row(file: PanelFile, isOpen: boolean, isChosen: boolean): HTMLElement {
    const slash = file.path.lastIndexOf('/') + 1;
    const change = file.change === 'none' || file.change === 'modified' ? undefined : file.change;
    const words = [originWords[file.origin], change].filter((word) => word !== undefined).join(', ');
    return el(
      'li',
      { class: `row ${isOpen ? 'open' : ''}` },
      isCommittable(file) ? this.#checkbox(file, isChosen) : el('span', { class: 'no-choice' }),
      button(
        {
          class: 'file',
          'data-file': file.path,
          'data-focus': 'file',
          'aria-current': isOpen ? 'true' : undefined,
          title: file.path,
        },
        () => {
          this.#actions.onOpen(file.path);
        },
        icon(file.change === 'conflicted' ? 'warning' : 'file'),
        el(
          'span',
          { class: 'path' },
          el('span', { class: 'name' }, file.path.slice(slash)),
          el('span', { class: 'folder' }, file.path.slice(0, Math.max(0, slash - 1)) || 'repository root'),
          words === '' ? undefined : el('span', { class: `origin origin-${file.origin}` }, words),
        ),
      ),
    );
  }

  #checkbox(file: PanelFile, isChosen: boolean): HTMLElement {
    const box = el('input', {
      type: 'checkbox',
      'data-focus': 'choice',
      'aria-label': `Include ${file.path} in the commit`,
      title: 'Include in the commit',
    });
    box.checked = isChosen;
    box.addEventListener('change', () => {
      this.#actions.onChoose(file.path, box.checked);
    });
    return box;
  }

  #move(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const all = this.#buttons();
    const at = all.findIndex((each) => each === document.activeElement);
    const next = all[at + step];
    if (step === 0 || at < 0 || next === undefined) return;
    event.preventDefault();
    next.focus();
  }

  #buttons(): readonly HTMLButtonElement[] {
    return [...this.element.querySelectorAll<HTMLButtonElement>('button.file')];
  }
}

function pathOf(file: PanelFile): string {
  return file.path;
}

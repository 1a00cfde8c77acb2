import type { HostMessage } from '../../../protocol/panel.ts';
import type { PanelSchema } from '../../../protocol/panelState.ts';
import type { TextChange } from '../../../protocol/textChange.ts';
import { acknowledged, bindText, isAcceptable, typed } from '../../../protocol/textSync.ts';
import type { TextSync, TextSyncStep } from '../../../protocol/textSync.ts';
import { el } from '../dom.ts';
import type { Host } from '../host.ts';
import type { MonacoYaml } from 'monaco-yaml';
import { configureYaml, monaco, provideWorkers, updateYaml } from './monaco.ts';
import type { editor, IRange, WorkerAddresses } from './monaco.ts';
import { followTheme } from './theme.ts';

/** Messages of the host that concern the text in the editor. */
export type TextMessage = Extract<HostMessage, { readonly type: 'text' | 'edited' | 'changed' | 'unbound' }>;

/** The page's editor, bound to one real text document at a time. */
export class BoundEditor {
  readonly element = el('div', { class: 'editor-frame' });
  readonly #title = el('p', { class: 'editor-title' });
  readonly #hint = el('p', { class: 'muted editor-hint' }, 'Esc leaves the editor. Ctrl+S (⌘S) saves the file.');
  readonly #surface = el('div', { class: 'editor-surface' });
  readonly #empty = el('p', { class: 'empty editor-empty' }, 'Choose a file to see and edit it.');
  readonly #host: Host;
  readonly #editor: editor.IStandaloneCodeEditor;
  readonly #yaml: MonacoYaml;
  #sync: TextSync | undefined;
  #wanted: string | undefined;
  /** Set while the editor takes over somebody else's text, which must not go back as an edit. */
  #isTaking = false;

  constructor(host: Host, workers: WorkerAddresses, onLeave: () => void) {
    this.#host = host;
    provideWorkers(workers);
    this.#yaml = configureYaml(workers, []);
    followTheme();
    this.#editor = monaco.editor.create(this.#surface, { ...options, model: null });
    this.element.append(this.#title, this.#empty, this.#surface, this.#hint);
    this.#editor.onDidChangeModelContent(() => {
      if (!this.#isTaking && this.#sync !== undefined) this.#take(typed(this.#sync, this.#text()));
    });
    this.#editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => {
      if (this.#sync !== undefined) host.post({ type: 'save', file: this.#sync.file });
    });
    this.#editor.addCommand(monaco.KeyCode.Escape, onLeave, nothingOpen);
    this.#showTitle();
  }

  /** Asks the host for a file's text; the editor shows it when it comes. */
  bind(file: string): void {
    this.#wanted = file;
    this.#host.post({ type: 'bind', file });
  }

  focus(): void {
    this.#editor.focus();
  }

  async useSchemas(schemas: readonly PanelSchema[]): Promise<void> {
    await updateYaml(this.#yaml, schemas);
  }

  receive(message: TextMessage): void {
    if (message.file !== this.#wanted) return;
    switch (message.type) {
      case 'text':
        this.#replace(message.file, message.version, message.text);
        return;
      case 'edited':
        if (this.#sync !== undefined) this.#take(acknowledged(this.#sync, message.version, this.#text()));
        return;
      case 'changed':
        if (this.#sync !== undefined && isAcceptable(this.#sync, message.from)) {
          this.#adopt(message.changes);
          this.#sync = bindText(message.file, message.version, this.#text());
        }
        return;
      case 'unbound':
        this.#sync = undefined;
        this.#editor.setModel(null);
        this.#empty.textContent = message.reason;
        this.#showTitle();
    }
  }

  #text(): string {
    return this.#editor.getModel()?.getValue() ?? '';
  }

  #take(step: TextSyncStep): void {
    this.#sync = step.sync;
    if (step.edit !== undefined) this.#host.post({ type: 'edit', file: step.sync.file, ...step.edit });
  }

  #replace(file: string, version: number, text: string): void {
    const uri = monaco.Uri.from({ scheme: 'file', path: `/${file}` });
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, undefined, uri);
    this.#quietly(() => {
      if (this.#editor.getModel() !== model) this.#editor.setModel(model);
      if (model.getValue() !== text) model.setValue(text);
    });
    this.#sync = bindText(file, version, text);
    this.#showTitle();
  }

  #adopt(changes: readonly TextChange[]): void {
    const edits = changes.map((change) => ({ range: rangeOf(change), text: change.text }));
    this.#quietly(() => {
      this.#editor.getModel()?.pushEditOperations([], edits, () => null);
    });
  }

  #quietly(change: () => void): void {
    this.#isTaking = true;
    try {
      change();
    } finally {
      this.#isTaking = false;
    }
  }

  #showTitle(): void {
    const isBound = this.#sync !== undefined;
    this.#title.textContent = this.#sync?.file ?? '';
    this.#title.hidden = !isBound;
    this.#surface.hidden = !isBound;
    this.#hint.hidden = !isBound;
    this.#empty.hidden = isBound;
    if (this.#sync !== undefined) this.#editor.updateOptions({ ariaLabel: `Text of ${this.#sync.file}` });
  }
}

/** Escape belongs to whatever is open in the editor; only then does it lead out. */
const nothingOpen = [
  'suggestWidgetVisible',
  'findWidgetVisible',
  'inSnippetMode',
  'parameterHintsVisible',
  'markersNavigationVisible',
  'editorHasMultipleSelections',
  'editorHasSelection',
  'renameInputVisible',
  'inlineSuggestionVisible',
]
  .map((key) => `!${key}`)
  .join(' && ');

const options: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  tabSize: 2,
  insertSpaces: true,
  detectIndentation: true,
  fixedOverflowWidgets: true,
  renderWhitespace: 'selection',
  lineNumbersMinChars: 3,
  folding: true,
  padding: { top: 6, bottom: 6 },
  scrollbar: { alwaysConsumeMouseWheel: false },
  accessibilitySupport: 'auto',
  quickSuggestions: { other: true, comments: false, strings: true },
};

function rangeOf(change: TextChange): IRange {
  return {
    startLineNumber: change.startLine + 1,
    startColumn: change.startCharacter + 1,
    endLineNumber: change.endLine + 1,
    endColumn: change.endCharacter + 1,
  };
}

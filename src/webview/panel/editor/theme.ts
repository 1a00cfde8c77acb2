import { monaco } from './monaco.ts';
import type { editor } from './monaco.ts';

const THEME = 'vscode-live';

/** Colours Monaco takes by id; VS Code gives the page the same ids as `--vscode-*` variables. */
const colourIds = [
  'editor.background',
  'editor.foreground',
  'editorLineNumber.foreground',
  'editorLineNumber.activeForeground',
  'editorCursor.foreground',
  'editor.selectionBackground',
  'editor.inactiveSelectionBackground',
  'editor.selectionHighlightBackground',
  'editor.wordHighlightBackground',
  'editor.findMatchBackground',
  'editor.findMatchHighlightBackground',
  'editor.lineHighlightBackground',
  'editor.lineHighlightBorder',
  'editorIndentGuide.background1',
  'editorIndentGuide.activeBackground1',
  'editorWhitespace.foreground',
  'editorBracketMatch.background',
  'editorBracketMatch.border',
  'editorWidget.background',
  'editorWidget.foreground',
  'editorWidget.border',
  'editorHoverWidget.background',
  'editorHoverWidget.foreground',
  'editorHoverWidget.border',
  'editorSuggestWidget.background',
  'editorSuggestWidget.foreground',
  'editorSuggestWidget.border',
  'editorSuggestWidget.selectedBackground',
  'editorSuggestWidget.selectedForeground',
  'editorSuggestWidget.highlightForeground',
  'editorError.foreground',
  'editorWarning.foreground',
  'editorInfo.foreground',
  'editorStickyScroll.background',
  'scrollbarSlider.background',
  'scrollbarSlider.hoverBackground',
  'scrollbarSlider.activeBackground',
  'widget.shadow',
  'focusBorder',
  'contrastBorder',
  'contrastActiveBorder',
  'input.background',
  'input.foreground',
  'input.border',
  'list.hoverBackground',
  'list.activeSelectionBackground',
  'list.activeSelectionForeground',
] as const;

/** Dresses Monaco in VS Code's colours and keeps doing so when the person changes the theme. */
export function followTheme(): void {
  const apply = (): void => {
    monaco.editor.defineTheme(THEME, readTheme());
    monaco.editor.setTheme(THEME);
  };
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

function readTheme(): editor.IStandaloneThemeData {
  const style = getComputedStyle(document.documentElement);
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  const colours: Record<string, string> = {};
  for (const id of colourIds) {
    const raw = style.getPropertyValue(`--vscode-${id.replaceAll('.', '-')}`).trim();
    const hex = raw === '' || canvas === null ? undefined : hexOf(raw, canvas);
    if (hex !== undefined) colours[id] = hex;
  }
  return { base: baseTheme(document.body.classList), inherit: true, rules: [], colors: colours };
}

function baseTheme(classes: DOMTokenList): editor.BuiltinTheme {
  if (classes.contains('vscode-high-contrast-light')) return 'hc-light';
  if (classes.contains('vscode-high-contrast')) return 'hc-black';
  return classes.contains('vscode-light') ? 'vs' : 'vs-dark';
}

/** Any CSS colour as `#rrggbbaa`, the one notation Monaco reads. */
function hexOf(colour: string, canvas: OffscreenCanvasRenderingContext2D): string | undefined {
  if (!CSS.supports('color', colour)) return undefined;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const channels = [...canvas.getImageData(0, 0, 1, 1).data];
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

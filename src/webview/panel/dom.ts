type Attributes = Readonly<Record<string, string | boolean | undefined>>;
type Child = Node | string | undefined;

/** Makes an element; text becomes text nodes, so nothing a manifest says is ever read as HTML. `true` sets an empty attribute, `false` none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A codicon, hidden from screen readers: the words beside it say the same. */
export function icon(name: string, extra = ''): HTMLElement {
  return el('span', { class: `codicon codicon-${name} ${extra}`.trim(), 'aria-hidden': 'true' });
}

/** A button with its handler. */
export function button(attributes: Attributes, onPress: () => void, ...children: readonly Child[]): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, ...children);
  element.addEventListener('click', onPress);
  return element;
}

/**
 * Makes `parent` hold one element per item, keeping elements whose item is unchanged, so that focus, selection and scrolling stay.
 * A replaced element hands the focus on to the part of its successor with the same `data-focus`.
 */
export function showEach<T>(
  parent: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  make: (item: T) => HTMLElement,
): void {
  const old = new Map([...parent.children].map((child) => [child.getAttribute('data-key') ?? '', child]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const content = JSON.stringify(item);
    const kept = old.get(key);
    if (kept instanceof HTMLElement && kept.dataset.content === fingerprint(content)) return kept;
    const made = make(item);
    made.dataset.key = key;
    made.dataset.content = fingerprint(content);
    return made;
  });
  const focused = focusedPart(parent);
  if (wanted.length !== parent.children.length || wanted.some((each, at) => parent.children[at] !== each)) {
    parent.replaceChildren(...wanted);
    focused?.();
  }
}

function focusedPart(parent: Element): (() => void) | undefined {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === parent || !parent.contains(active)) return undefined;
  const key = active.closest('[data-key]')?.getAttribute('data-key');
  const part = active.dataset.focus;
  return () => {
    if (active.isConnected) {
      active.focus();
      return;
    }
    const successor = [...parent.children].find((child) => child.getAttribute('data-key') === key);
    const target = part === undefined ? undefined : successor?.querySelector(`[data-focus="${CSS.escape(part)}"]`);
    if (target instanceof HTMLElement) target.focus();
  };
}

/** A short stand-in for a text that is only compared (FNV-1a), so that no manifest text ends up in an attribute. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${(hash >>> 0).toString(36)}.${text.length.toString(36)}`;
}

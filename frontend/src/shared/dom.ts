type Child = Node | string | null;

/** The element with this id, which the template promises. Throws if it is not there. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as Element as T;
}

/** Whether a click is meant for the page, and not to open a link elsewhere. */
export function isPlain(event: MouseEvent): boolean {
  return !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

/** A new HTML element; text is always text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

/** A new SVG element. */
export function svg(
  tag: string,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Keep the height of an element where styles read it: what floats above it moves along. */
export function tellHeight(element: HTMLElement, property: `--${string}`): void {
  const tell = () => document.body.style.setProperty(property, `${element.offsetHeight}px`);
  new ResizeObserver(tell).observe(element, { box: 'border-box' });
}

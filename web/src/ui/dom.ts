/** Building elements in a line, without a framework and without markup in strings. */

type Child = Node | string | null;
type Listener = (event: Event) => void;

export interface Attributes {
  readonly [name: string]: string | boolean | number | Listener | undefined;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children.
 *
 * `onclick` and the like take a listener; `true` sets an attribute without a value, `false` and
 * undefined leave it out. There is no way in for markup: text stays text.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
}

/** Put the children in place of those that are there. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => child !== null));
}

/** Set a text only where it differs, so that screen readers are not told the same again. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const ICONS = {
  pictures: "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM5 17l4.5-5 3.5 4 2.5-3 3.5 4M15.5 8.6v.1",
  camera: "M3 9a2 2 0 0 1 2-2h2.2l1.4-2.2h6.8L16.8 7H19a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2ZM12 16.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8Z",
  teach: "M12 4 2.5 8.5 12 13l9.5-4.5ZM6 10.5V16c1.5 1.6 3.6 2.5 6 2.5s4.5-.9 6-2.5v-5.5M21.5 8.5V14",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.5A8.3 8.3 0 0 1 9.5 4a8.3 8.3 0 1 0 10.5 10.5Z",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  save: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  open: "M12 16V5M7.5 9 12 4.5 16.5 9M5 20h14",
  clear: "M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5",
  turn: "M20 11a8 8 0 0 0-14.5-3.5M4 4v4h4M4 13a8 8 0 0 0 14.5 3.5M20 20v-4h-4",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M8 5.5v13l10.5-6.5Z",
  stop: "M7 7h10v10H7Z",
  alert: "M12 8v5M12 16.4v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.6-3.2 3.1-5 6.5-5s5.9 1.8 6.5 5M16 5a3.3 3.3 0 0 1 0 6.2M18 14.8c2 .7 3.2 2.3 3.5 4.7",
  keyboard: "M4 6.5h16a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5ZM6.5 10.2v.1M10.2 10.2v.1M13.8 10.2v.1M17.5 10.2v.1M8 14h8",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6Z",
} as const;

export type IconName = keyof typeof ICONS;

/** A line drawing of ours, hidden from screen readers: the words stand beside it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  set(svg, { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  const path = document.createElementNS(SVG, "path");
  set(path, { d: ICONS[name] });
  svg.append(path);
  return svg;
}

/** The dial of the logo: an arc for each likeness, and a needle. */
export function logo(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  set(svg, { viewBox: "210 60 380 330", class: "logo", "aria-hidden": "true" });
  const part = (tag: string, attributes: Attributes): void => {
    const shape = document.createElementNS(SVG, tag);
    set(shape, attributes);
    svg.append(shape);
  };
  part("path", { class: "logo-anime", d: "M294 346A150 150 0 0 1 368.8 93.3" });
  part("path", { class: "logo-cartoon", d: "M506 346A150 150 0 0 0 431.2 93.3" });
  part("circle", { class: "logo-eye", cx: 400, cy: 240, r: 98 });
  part("path", { class: "logo-needle", d: "M376 225 444 165Q452 160 449 169L424 254Z" });
  part("circle", { class: "logo-needle", cx: 400, cy: 240, r: 30 });
  part("circle", { class: "logo-eye", cx: 400, cy: 240, r: 13 });
  part("circle", { class: "logo-needle", cx: 350, cy: 196, r: 17 });
  return svg;
}

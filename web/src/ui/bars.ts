/** Two likenesses as two bars with percents. */

import { el, say } from "./dom";
import { percent, texts } from "./language";

export interface Likenesses {
  readonly anime: number;
  readonly cartoon: number;
}

type Style = keyof Likenesses;

interface Bar {
  readonly style: Style;
  readonly row: HTMLElement;
  readonly name: HTMLElement;
  readonly value: HTMLElement;
  readonly meter: HTMLElement;
  readonly level: HTMLElement;
}

/** Two bars, kept in place: an answer changes their lengths and nothing else moves. */
export class Bars {
  readonly element: HTMLElement;
  private readonly bars: readonly Bar[];
  private shown: Likenesses | null = null;

  constructor(className = "bars") {
    this.bars = [bar("anime"), bar("cartoon")];
    this.element = el("div", { class: className }, ...this.bars.map(({ row }) => row));
    this.relabel();
  }

  /** Write the words and numbers again, in another language. */
  relabel(): void {
    const { likeness } = texts();
    for (const { style, name, meter } of this.bars) {
      say(name, likeness[style]);
      meter.setAttribute("aria-label", likeness[style]);
    }
    this.show(this.shown);
  }

  /** Show likenesses; null empties the bars. */
  show(likenesses: Likenesses | null): void {
    this.lengths(likenesses);
    this.numbers(likenesses);
  }

  /** The lengths alone, for a camera that moves them more often than anybody can read. */
  lengths(likenesses: Likenesses | null): void {
    this.shown = likenesses;
    for (const { style, level } of this.bars) {
      level.style.setProperty("--share", (likenesses?.[style] ?? 0).toFixed(4));
    }
  }

  /** The percents alone. */
  numbers(likenesses: Likenesses | null): void {
    this.shown = likenesses;
    for (const { style, value, meter } of this.bars) {
      const share = likenesses?.[style];
      const text = share === undefined ? "–" : percent(share);
      say(value, text);
      meter.setAttribute("aria-valuenow", share === undefined ? "0" : String(Math.round(share * 100)));
      meter.setAttribute("aria-valuetext", text);
    }
  }
}

function bar(style: Style): Bar {
  const name = el("span", { class: "bar-name" });
  const value = el("span", { class: "bar-value" });
  const level = el("span", { class: "bar-level" });
  const meter = el(
    "div",
    { class: "bar-track", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100 },
    level,
  );
  const row = el(
    "div",
    { class: `bar bar-${style}` },
    el("div", { class: "bar-words", "aria-hidden": "true" }, name, value),
    meter,
  );
  return { style, row, name, value, meter, level };
}

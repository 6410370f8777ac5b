/** The answers that can be given to a picture, as buttons in groups. */

import { el } from "../ui/dom";
import type { Key } from "./keys";
import type { Mark, Picture } from "./server";
import { markName, texts, valueName } from "./texts/texts";

interface Place {
  readonly mark: Mark;
  readonly value: string;
  readonly button: HTMLButtonElement;
  readonly filed: HTMLElement;
}

export class Answers {
  readonly element: HTMLElement;
  private readonly places: readonly Place[];

  constructor(
    marks: readonly Mark[],
    keys: readonly Key[],
    chosen: (mark: Mark, value: string) => void,
  ) {
    const place = (mark: Mark, value: string): Place => {
      const key = keys.find((each) => each.mark === mark.name && each.value === value)?.key;
      const filed = el("span", { class: "answer-filed", hidden: true }, texts().filed);
      const button = el(
        "button",
        {
          class: "answer",
          type: "button",
          "aria-pressed": "false",
          "aria-keyshortcuts": key,
          "data-mark": mark.name,
          "data-value": value,
          onclick: () => chosen(mark, value),
        },
        el("span", { class: "answer-name" }, mark.flag ? markName(mark.name) : valueName(value)),
        filed,
        key === undefined ? null : el("kbd", { "aria-hidden": "true" }, key.toUpperCase()),
      );
      return { mark, value, button, filed };
    };
    const group = (title: string, places: readonly Place[]): HTMLElement =>
      el(
        "fieldset",
        { class: "answer-group" },
        el("legend", {}, title),
        el("div", { class: "answer-row" }, ...places.map(({ button }) => button)),
      );
    const choices = marks
      .filter(({ flag }) => !flag)
      .map((mark) => ({ mark, places: mark.values.map((value) => place(mark, value)) }));
    const flags = marks.filter(({ flag }) => flag).map((mark) => place(mark, "yes"));
    this.places = [...choices.flatMap(({ places }) => places), ...flags];
    this.element = el(
      "div",
      { class: "answers" },
      ...choices.map(({ mark, places }) => group(markName(mark.name), places)),
      flags.length > 0 ? group(texts().flags, flags) : null,
    );
  }

  /** Show what is answered: `shown` gives a mark's answer, the person's own or a filed one. */
  show(picture: Picture, shown: (mark: Mark) => string): void {
    for (const { mark, value, button, filed } of this.places) {
      const own = picture.said[mark.name] !== undefined;
      button.setAttribute("aria-pressed", String(shown(mark) === value));
      button.dataset["own"] = String(own || picture.done);
      filed.hidden = picture.filed[mark.name] !== value;
    }
  }
}

/** A sentence for those who listen: what a mark is answered with now. */
export function spokenAnswer(mark: Mark, answer: string): string {
  return `${markName(mark.name)}: ${answer === "" ? "–" : valueName(answer)}`;
}

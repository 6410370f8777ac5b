/** One of a few, as a row of buttons: radio buttons underneath, so that arrow keys work. */

import { el, fill, say } from "./dom";

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

let groups = 0;

export class Choice<T extends string> {
  readonly element: HTMLFieldSetElement;
  private readonly legend = el("legend", { class: "for-listeners" });
  private readonly row = el("div", { class: "choice-row" });
  private readonly name = `choice-${++groups}`;

  constructor(
    public value: T,
    private readonly changed: (value: T) => void,
  ) {
    this.element = el("fieldset", { class: "choice" }, this.legend, this.row);
  }

  /** Write the options again, in another language; the choice stays. */
  label(title: string, options: readonly Option<T>[]): void {
    say(this.legend, title);
    fill(
      this.row,
      ...options.map(({ value, label }) => {
        const input = el("input", { type: "radio", name: this.name, value });
        input.checked = value === this.value;
        input.addEventListener("change", () => {
          this.value = value;
          this.changed(value);
        });
        return el("label", { class: "choice-option" }, input, el("span", {}, label));
      }),
    );
  }

  set disabled(off: boolean) {
    this.element.disabled = off;
  }
}

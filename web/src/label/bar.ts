/** The bar at the top: what is labelled, how far it is, whether all is kept, and a few switches. */

import { el, icon, logo, say } from "../ui/dom";
import type { IconName } from "../ui/dom";
import { followTheme, turnTheme } from "../ui/theme";
import type { State } from "./outbox";
import type { Progress } from "./server";
import { texts } from "./texts/texts";

interface Does {
  readonly leave: () => void;
  readonly agreement: () => void;
  readonly shortcuts: () => void;
}

export class Bar {
  readonly element: HTMLElement;
  private readonly kept = el("p", { class: "kept", role: "status" });
  private readonly words = el("p", { class: "far-words" });
  private readonly meter = el("progress", { class: "far" });
  private readonly keys = round("keyboard", texts().shortcuts);

  constructor(title: string, who: string, does: Does) {
    const person = el(
      "button",
      { class: "button who", type: "button", onclick: does.leave },
      icon("person"),
      el("span", {}, who),
    );
    person.setAttribute("aria-label", texts().name.change(who));
    person.title = texts().name.change(who);
    const people = round("people", texts().agreement.title);
    people.addEventListener("click", does.agreement);
    this.keys.classList.add("keys");
    this.keys.addEventListener("click", does.shortcuts);
    this.element = el(
      "header",
      { class: "label-top" },
      el("div", { class: "home" }, logo(), el("h1", {}, title)),
      el("div", { class: "far-box" }, this.words, this.kept),
      el("div", { class: "settings" }, person, people, this.keys, themeButton()),
      this.meter,
    );
    this.meter.setAttribute("aria-label", texts().isDone);
    this.keep({ waiting: 0, stuck: false });
  }

  /** Say how far it is. */
  far({ done, open, looked_at, unreadable }: Progress, pictures: number): void {
    const { locale, progress, modelLooks } = texts();
    const whole = new Intl.NumberFormat(locale);
    const readable = pictures - unreadable;
    const looks =
      looked_at < readable ? ` ${modelLooks(whole.format(looked_at), whole.format(readable))}` : "";
    say(this.words, `${progress(whole.format(done), whole.format(open))}${looks && `.${looks}`}`);
    this.meter.max = Math.max(1, done + open);
    this.meter.value = done;
  }

  /** Say whether all answers are kept. */
  keep({ waiting, stuck }: State): void {
    const { kept, keeping, waiting: wait } = texts();
    if (waiting === 0) this.sayKept("kept", kept);
    else if (stuck) this.sayKept("stuck", wait(waiting));
    else this.sayKept("keeping", keeping);
  }

  private sayKept(state: string, sentence: string): void {
    this.kept.dataset["state"] = state;
    say(this.kept, sentence);
  }

  set shortcuts(on: boolean) {
    this.keys.setAttribute("aria-pressed", String(on));
  }
}

function round(name: IconName, label: string): HTMLButtonElement {
  const button = el("button", { class: "button round", type: "button", title: label }, icon(name));
  button.setAttribute("aria-label", label);
  return button;
}

function themeButton(): HTMLButtonElement {
  const button = el("button", { class: "button round", type: "button", onclick: turnTheme });
  followTheme((now) => {
    const label = now === "dark" ? texts().themeToLight : texts().themeToDark;
    button.replaceChildren(icon(now === "dark" ? "sun" : "moon"));
    button.setAttribute("aria-label", label);
    button.title = label;
  });
  return button;
}

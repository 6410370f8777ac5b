/** How far people agree, in a dialog. */

import { el, fill } from "../ui/dom";
import type { Agreement } from "./server";
import { markName, texts } from "./texts/texts";

export class AgreementDialog {
  readonly element: HTMLDialogElement;
  private readonly content = el("div", { class: "agreement-content" });

  constructor(private readonly ask: () => Promise<Agreement>) {
    const words = texts().agreement;
    const close = (): void => this.element.close();
    this.element = el(
      "dialog",
      { class: "card agreement", "aria-labelledby": "agreement-title" },
      el("h2", { id: "agreement-title" }, words.title),
      el("p", { class: "lead" }, words.lead),
      this.content,
      el("button", { class: "button primary", type: "button", onclick: close }, words.close),
    );
    // A click beside the dialog lands on the dialog itself, which has no padding of its own.
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element) close();
    });
  }

  async open(): Promise<void> {
    fill(this.content, el("p", {}, "…"));
    this.element.showModal();
    try {
      fill(this.content, ...described(await this.ask()));
    } catch {
      fill(this.content, el("p", { role: "alert" }, texts().noServer));
    }
  }
}

function described({ people, agreement }: Agreement): Node[] {
  const { locale, agreement: words } = texts();
  const whole = new Intl.NumberFormat(locale);
  const kappas = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const done = people.map(({ who, done }) => el("li", {}, words.done(who, whole.format(done))));
  if (agreement.length === 0) return [peopleList(done), el("p", {}, words.nobody)];
  const cell = (text: string): HTMLElement => el("td", {}, text);
  const rows = agreement.map((one) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, markName(one.mark)),
      cell(`${one.first}, ${one.second}`),
      cell(words.sameOf(whole.format(one.same), whole.format(one.pictures))),
      cell(one.kappa === null ? "–" : kappas.format(one.kappa)),
    ),
  );
  const head = [words.mark, words.people, words.same, words.kappa].map((title) =>
    el("th", { scope: "col" }, title),
  );
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  const scroller = el("div", { class: "agreement-table", tabindex: 0, role: "region" }, table);
  scroller.setAttribute("aria-label", words.title);
  return [peopleList(done), scroller];
}

function peopleList(done: readonly HTMLElement[]): HTMLElement {
  return el("ul", { class: "agreement-people" }, ...done);
}

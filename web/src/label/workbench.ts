/** Where one person labels: a picture, its answers, and the keys for both. */

import { announce } from "../ui/announcements";
import { el, fill } from "../ui/dom";
import { remember, remembered } from "../ui/memory";
import { AgreementDialog } from "./agreement";
import { Answers, spokenAnswer } from "./answers";
import { Bar } from "./bar";
import { Easel } from "./easel";
import { HINT_KEY, keysOf, pressed } from "./keys";
import type { Key } from "./keys";
import { Outbox } from "./outbox";
import { AGAIN_MS } from "./server";
import type { About, Mark, Server } from "./server";
import { texts } from "./texts/texts";
import { Walk } from "./walk";

export class Workbench {
  readonly element: HTMLElement;
  /** Where pictures are shown, and whatever stands in their way. */
  readonly stage = el("main", { class: "bench" });

  private readonly keys: readonly Key[];
  private readonly bar: Bar;
  private readonly easel: Easel;
  private readonly answers: Answers;
  private readonly agreement: AgreementDialog;
  private readonly outbox: Outbox;
  private readonly walk: Walk;
  private readonly refused = el("p", { class: "notice", role: "alert", hidden: true });
  private readonly actions: { readonly back: HTMLButtonElement; readonly row: HTMLElement };
  private readonly gone = new AbortController();

  constructor(
    server: Server,
    private readonly about: About,
    who: string,
    leave: () => void,
  ) {
    this.keys = keysOf(about.marks);
    this.outbox = new Outbox(
      about.id,
      (name, answers) => server.keep(name, answers),
      (state) => this.bar.keep(state),
      (message) => this.tellRefused(message),
      storage(),
    );
    this.walk = new Walk(about.marks, {
      pictures: async (which, limit) => {
        await this.outbox.flush();
        const turn = await server.pictures(who, which, limit);
        return { ...turn, pictures: turn.pictures.map((each) => this.outbox.over(who, each)) };
      },
      keep: (answers) => this.outbox.put(who, answers),
    });
    this.agreement = new AgreementDialog(async () => {
      await this.outbox.flush();
      return server.agreement();
    });
    this.bar = new Bar(about.title, who, {
      leave: () => {
        this.gone.abort();
        leave();
      },
      agreement: () => void this.agreement.open(),
      shortcuts: () => this.turnShortcuts(),
    });
    this.easel = new Easel((name) => server.picture(name));
    this.answers = new Answers(about.marks, this.keys, (mark, value) => this.answer(mark, value));
    this.actions = this.actionRow();
    this.element = el(
      "div",
      { class: "label-app" },
      this.bar.element,
      this.refused,
      this.stage,
      this.agreement.element,
    );
    this.showShortcuts();
    this.listen();
  }

  /** Show the first open picture. Rejects where the server does not answer. */
  async begin(): Promise<void> {
    await this.walk.begin();
    this.show();
  }

  private get shortcuts(): boolean {
    return remembered("shortcuts") !== "off";
  }

  private turnShortcuts(): void {
    remember("shortcuts", this.shortcuts ? "off" : "on");
    this.showShortcuts();
  }

  private showShortcuts(): void {
    this.bar.shortcuts = this.shortcuts;
    this.element.classList.toggle("without-keys", !this.shortcuts);
  }

  private show(): void {
    const { picture, progress } = this.walk;
    this.bar.far(progress, this.about.pictures);
    if (picture === null) {
      fill(this.stage, this.endCard());
      announce(texts().end.title);
      return;
    }
    this.easel.show(picture, this.walk.near);
    this.answers.show(picture, (mark) => this.walk.shown(mark));
    this.actions.back.disabled = !this.walk.canGoBack;
    if (!this.stage.contains(this.easel.element)) {
      const side = el("div", { class: "side" }, this.answers.element, this.actions.row);
      side.setAttribute("role", "group");
      side.setAttribute("aria-label", texts().answers);
      fill(this.stage, this.easel.element, side);
    }
  }

  private answer(mark: Mark, value: string): void {
    if (this.walk.picture === null) return;
    this.walk.answer(mark, value);
    announce(spokenAnswer(mark, this.walk.shown(mark)));
    // Where nothing else is asked, an answer is all there is to say.
    const only = this.about.marks.length === 1 && !mark.flag;
    if (only && this.walk.shown(mark) !== "") void this.finish();
    else this.show();
  }

  private async finish(): Promise<void> {
    this.walk.finish();
    await this.skip();
  }

  private async skip(): Promise<void> {
    await this.move(() => this.walk.next());
  }

  private back(): void {
    this.walk.back();
    this.show();
    this.announcePicture();
  }

  private async move(go: () => Promise<void>): Promise<void> {
    const going = go();
    if (this.walk.picture !== null) this.show();
    try {
      await going;
    } catch {
      fill(this.stage, el("p", { class: "notice", role: "alert" }, texts().noServer));
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      // Somebody who went back meanwhile sees a picture, and somebody who left sees nothing.
      if (this.walk.picture !== null || this.gone.signal.aborted) return;
      return this.move(() => this.walk.more());
    }
    this.show();
    this.announcePicture();
  }

  private announcePicture(): void {
    if (this.walk.picture !== null) announce(this.walk.picture.name);
  }

  private listen(): void {
    const { signal } = this.gone;
    addEventListener("keydown", (event) => this.pressed(event), { signal });
    addEventListener("online", () => void this.outbox.flush(), { signal });
    // A button that was clicked keeps the focus, and would take the next Enter for itself. It gives
    // it up before it does its work, for a dialog hands the focus back to where it was.
    const giveUp = (event: MouseEvent): void => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (event.detail > 0) button?.blur();
    };
    this.element.addEventListener("click", giveUp, { capture: true });
  }

  private pressed(event: KeyboardEvent): void {
    const { target } = event;
    const elsewhere = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (elsewhere || !this.shortcuts || this.agreement.element.open) return;
    const key = pressed(event);
    const onButton = target instanceof Element && target.closest("button") !== null;
    if (key === "Enter" && onButton) return;
    if (!this.does(key)) return;
    event.preventDefault();
  }

  /** Do what a key stands for; false if it stands for nothing. */
  private does(key: string): boolean {
    if (key === "Backspace" || key === "ArrowLeft") this.back();
    else if (this.walk.picture === null) return false;
    else if (key === "Enter") void this.finish();
    else if (key === "ArrowRight") void this.skip();
    else if (key === HINT_KEY) this.easel.turnHint();
    else {
      const found = this.keys.find((each) => each.key === key);
      const mark = this.about.marks.find(({ name }) => name === found?.mark);
      if (found === undefined || mark === undefined) return false;
      this.answer(mark, found.value);
    }
    return true;
  }

  private actionRow(): { back: HTMLButtonElement; row: HTMLElement } {
    const words = texts();
    const action = (text: string, key: string, does: () => void): HTMLButtonElement =>
      el(
        "button",
        { class: "button action", type: "button", onclick: does },
        text,
        el("kbd", { "aria-hidden": "true" }, key),
      );
    const back = action(words.back, "←", () => this.back());
    const skip = action(words.skip, "→", () => void this.skip());
    const done = action(words.done, "Enter", () => void this.finish());
    done.classList.add("primary");
    return { back, row: el("div", { class: "actions" }, back, skip, done) };
  }

  private endCard(): HTMLElement {
    const { end, locale, back } = texts();
    const { skipped, progress } = this.walk;
    const done = new Intl.NumberFormat(locale).format(progress.done);
    return el(
      "div",
      { class: "card end" },
      el("h2", {}, end.title),
      el("p", { class: "lead" }, end.lead(done)),
      skipped > 0 ? el("p", {}, end.skipped(skipped)) : null,
      el(
        "div",
        { class: "end-actions" },
        el("button", { class: "button", type: "button", onclick: () => this.back() }, back),
        el(
          "button",
          {
            class: "button primary",
            type: "button",
            onclick: () => void this.move(() => this.walk.again()),
          },
          skipped > 0 ? end.again : end.more,
        ),
      ),
    );
  }

  private tellRefused(message: string): void {
    this.refused.hidden = false;
    this.refused.textContent = texts().refused(message);
  }
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Trying a taught head: a picture in, a bar for each label out. */

import { answers } from "../teaching/head";
import type { Answer, TaughtHead } from "../teaching/head";
import { announce } from "./announcements";
import { el, fill, icon, say } from "./dom";
import { Chooser } from "./intake";
import type { Arrival } from "./intake";
import { percent, speak } from "./language";
import { problemCode, problemSentence } from "./problems";
import type { Shutter } from "./shutter";
import type { Starter } from "./starting";
import { drawThumbnail } from "./thumbnail";

export class Trial {
  readonly element: HTMLElement;
  private readonly hint = el("p", { class: "hint-soft" });
  private readonly problem = el("p", { class: "problem", role: "alert" });
  private readonly view = el("div", { class: "trial-view", hidden: true });
  private readonly bars = el("div", { class: "bars trial-bars" });
  private readonly choose = el("button", { class: "button", type: "button" }, icon("plus"), el("span"));
  private readonly camera = el("button", { class: "button", type: "button" }, icon("camera"), el("span"));
  private head: TaughtHead | null = null;
  private shown: readonly Answer[] = [];

  constructor(
    private readonly starter: Starter,
    shutter: Shutter,
  ) {
    const title = el("h2");
    const chooser = new Chooser((arrivals) => void this.look(arrivals));
    const shutterPlace = el("div");
    this.choose.addEventListener("click", () => chooser.open());
    this.camera.addEventListener("click", () => {
      void shutter.open(shutterPlace, (arrival) => void this.look([arrival]));
    });
    const tools = el("div", { class: "label-tools" }, this.choose, this.camera, chooser.element);
    this.element = el(
      "section",
      { class: "trial" },
      title,
      this.hint,
      this.view,
      this.bars,
      this.problem,
      tools,
      shutterPlace,
    );
    speak(({ teach, views }) => {
      say(title, teach.tryTitle);
      say(this.hint, teach.tryHint);
      say(this.choose.lastElementChild ?? this.choose, teach.tryPicture);
      say(this.camera.lastElementChild ?? this.camera, views.camera);
      this.draw();
    });
    this.use(null);
  }

  /** Try this head from now on. */
  use(head: TaughtHead | null): void {
    this.head = head;
    this.shown = [];
    this.view.hidden = true;
    this.hint.hidden = false;
    this.choose.disabled = head === null;
    this.camera.disabled = head === null;
    this.draw();
  }

  /** Look at the first of the pictures. */
  async look([arrival]: readonly Arrival[]): Promise<void> {
    if (!arrival || !this.head) return;
    say(this.problem, "");
    try {
      const engine = await this.starter.engine();
      const { embedding, classification } = await engine.read(arrival.file, arrival.name);
      const thumbnail = await drawThumbnail(arrival.file, classification);
      this.shown = answers(this.head, embedding).sort((one, other) => other.score - one.score);
      const picture = thumbnail ?? icon("pictures");
      picture.removeAttribute("aria-hidden");
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", arrival.name);
      fill(this.view, picture);
      this.view.hidden = false;
      this.hint.hidden = true;
      this.draw();
      announce(this.shown.map(({ label, score }) => `${label} ${percent(score)}`).join(", "));
    } catch (thrown) {
      say(this.problem, problemSentence(problemCode(thrown)));
    }
  }

  private draw(): void {
    fill(this.bars, ...this.shown.map(answerBar));
  }
}

function answerBar({ label, score }: Answer): HTMLElement {
  const level = el("span", { class: "bar-level" });
  level.style.setProperty("--share", score.toFixed(4));
  const words = el(
    "div",
    { class: "bar-words", "aria-hidden": "true" },
    el("span", {}, label),
    el("span", { class: "bar-value" }, percent(score)),
  );
  const range = { "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(score * 100) };
  const said = { "aria-label": label, "aria-valuetext": percent(score) };
  const track = el("div", { class: "bar-track", role: "meter", ...range, ...said }, level);
  return el("div", { class: "bar bar-taught" }, words, track);
}

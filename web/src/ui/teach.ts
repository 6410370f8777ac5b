/** The view for teaching labels of one's own: nothing of it leaves the device. */

import type { ModelInfo } from "../engine/engine";
import type { TaughtHead } from "../teaching/head";
import { HeadFileError, readHead, writeHead } from "../teaching/head-file";
import { LEAST_PICTURES, teach } from "../teaching/teaching";
import type { Lesson } from "../teaching/teaching";
import { announce } from "./announcements";
import { el, fill, icon, say } from "./dom";
import { download } from "./exporting";
import { Chooser } from "./intake";
import type { Arrival, FileArrival } from "./intake";
import { LabelCard } from "./label-card";
import { speak, texts } from "./language";
import { PageError, problemCode, problemSentence } from "./problems";
import { Shutter } from "./shutter";
import type { Starter } from "./starting";
import { Trial } from "./trial";

export class TeachView {
  readonly element: HTMLElement;
  private readonly shutter = new Shutter();
  private readonly trial: Trial;
  private readonly list = el("ul", { class: "labels" });
  private readonly outcome = el("p", { class: "teach-outcome", role: "status" });
  private readonly problem = el("p", { class: "problem", role: "alert" });
  private readonly buttons = {
    add: labelled("plus", "button", () => this.addCard()),
    learn: labelled("teach", "button primary", () => void this.learn()),
    save: labelled("save", "button", () => void this.save()),
    open: labelled("open", "button", () => this.chooser.open()),
  };
  private readonly chooser = new Chooser(
    (arrivals) => void this.open(arrivals),
    ".zip,.json,.safetensors",
  );
  private cards: readonly LabelCard[] = [];
  private active: LabelCard | null = null;
  private head: TaughtHead | null = null;
  private lesson: Lesson | null = null;

  constructor(private readonly starter: Starter) {
    this.trial = new Trial(starter, this.shutter);
    const { add, learn, save, open } = this.buttons;
    const title = el("h1");
    const lead = el("p", { class: "lead" });
    const intro = el("header", { class: "intro" }, title, lead);
    const actions = el("div", { class: "label-tools" }, learn, add);
    const files = el("div", { class: "label-tools" }, save, open, this.chooser.element);
    const lessons = el("div", { class: "lessons" }, this.list, actions, this.outcome, this.problem);
    const side = el("div", { class: "teach-side" }, this.trial.element, files);
    this.element = el("section", { class: "view teach" }, intro, lessons, side);
    for (const number of [1, 2]) this.addCard(number);
    speak((words) => {
      say(title, words.teach.title);
      say(lead, words.teach.lead);
      rename(add, words.teach.addLabel);
      rename(learn, words.teach.learn);
      rename(save, words.teach.save);
      rename(open, words.teach.open);
      for (const card of this.cards) card.relabel();
      this.write();
    });
    starter.follow(() => this.write());
  }

  /** Pictures that were dropped or pasted: to try, once there is something to try. */
  receive(arrivals: readonly Arrival[]): void {
    if (this.head) void this.trial.look(arrivals);
    else void (this.active ?? this.cards[0])?.add(arrivals);
  }

  leave(): void {
    this.shutter.close();
  }

  private addCard(number = this.cards.length + 1): void {
    const card = new LabelCard(this.starter.engine, number, {
      changed: () => this.changed(card),
      remove: () => this.removeCard(card),
      camera: () => {
        this.active = card;
        void this.shutter.open(card.element, (arrival) => void card.add([arrival]));
      },
    });
    this.cards = [...this.cards, card];
    this.list.append(card.element);
    this.write();
  }

  private removeCard(card: LabelCard): void {
    if (card.element.contains(this.shutter.element)) this.shutter.close();
    this.cards = this.cards.filter((each) => each !== card);
    card.element.remove();
    this.changed(null);
  }

  private changed(card: LabelCard | null): void {
    this.active = card;
    this.lesson = null; // what was learnt is of before
    this.write();
  }

  /** Whether the labels can be told apart by name, and each has pictures enough. */
  private get teachable(): boolean {
    const names = this.cards.map(({ name }) => name);
    return (
      names.length >= 2 &&
      new Set(names).size === names.length &&
      names.every((name) => name !== "" && name !== "none of these") &&
      this.cards.every(({ embeddings }) => embeddings.length >= LEAST_PICTURES)
    );
  }

  private get model(): ModelInfo | null {
    const { start } = this.starter;
    return start.state === "ready" && start.model.embeddingDim > 0 ? start.model : null;
  }

  private write(): void {
    const { add, learn, save, open } = this.buttons;
    const words = texts().teach;
    const { start } = this.starter;
    const impossible = start.state === "ready" && this.model === null;
    add.disabled = impossible;
    learn.disabled = impossible || !this.teachable;
    save.disabled = this.head === null || !isSecureContext;
    open.disabled = impossible || !isSecureContext;
    if (impossible) say(this.outcome, words.unavailable);
    else if (this.lesson) say(this.outcome, lessonWords(this.lesson));
    else say(this.outcome, this.teachable ? "\u00a0" : words.needs);
  }

  private async learn(): Promise<void> {
    const { model } = this;
    if (!model) return;
    say(this.problem, "");
    say(this.outcome, texts().teach.learning);
    const examples = this.cards.flatMap(({ embeddings }, label) =>
      embeddings.map((embedding) => ({ embedding, label })),
    );
    const { label, sha256, embeddingDim } = model;
    try {
      this.lesson = await teach(examples, {
        name: texts().teach.nameOfHead,
        labels: this.cards.map(({ name }) => name),
        model: { label, sha256, embeddingDim },
      });
      this.head = this.lesson.head;
      this.trial.use(this.head);
    } catch (thrown) {
      say(this.problem, problemSentence(problemCode(thrown)));
    }
    this.write();
  }

  private async save(): Promise<void> {
    if (!this.head) return;
    download(`${this.head.name}.zip`, "application/zip", await writeHead(this.head));
  }

  private async open(arrivals: readonly FileArrival[]): Promise<void> {
    say(this.problem, "");
    try {
      const head = await readHead(arrivals.map(({ file }) => file));
      await this.starter.engine();
      if (head.model.sha256 !== this.model?.sha256) {
        throw new PageError("head_other_model", `taught on ${head.model.label}`);
      }
      this.head = head;
      this.lesson = null;
      this.trial.use(head);
      this.write();
      say(this.outcome, texts().teach.opened(head.labels.join(", ")));
    } catch (thrown) {
      const code = thrown instanceof HeadFileError ? "head_file_bad" : problemCode(thrown);
      say(this.problem, problemSentence(code));
    }
  }
}

function lessonWords({ head, heldBack }: Lesson): string {
  const { learnt, rightOnKept } = texts().teach;
  const { right, of } = heldBack; // each picture is held back once
  const sentence = `${learnt(of, head.labels.length)} ${rightOnKept(right, of)}`;
  announce(sentence);
  return sentence;
}

function labelled(
  symbol: "plus" | "teach" | "save" | "open",
  className: string,
  onclick: () => void,
): HTMLButtonElement {
  return el("button", { class: className, type: "button", onclick }, icon(symbol), el("span"));
}

function rename(button: HTMLButtonElement, label: string): void {
  fill(button, button.firstElementChild, el("span", {}, label));
}

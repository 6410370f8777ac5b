/** The camera view: the two likenesses as bars on top of what the camera sees. */

import type { Engine, ModelInfo, Reading, Verdict } from "../engine/engine";
import { decide } from "../engine/verdict";
import { announce } from "./announcements";
import { Bars } from "./bars";
import { CameraLoop } from "./camera-loop";
import { CameraSource, cameraVideo } from "./camera-source";
import { Choice } from "./choice";
import type { Collection } from "./collection";
import { el, fill, icon, say } from "./dom";
import type { IconName } from "./dom";
import { hasHeat, paintHeat } from "./heatmap";
import type { Why } from "./heatmap";
import { percent, speak, texts } from "./language";
import { problemCode, problemSentence } from "./problems";
import { Smoother } from "./smoothing";
import type { Starter } from "./starting";

const SETTLE_MS = 350;
/** Numbers and words change this often at most, or nobody could read them. */
const WORDS_EVERY_MS = 160;
const ANNOUNCE_EVERY_MS = 4000;

type State = "off" | "starting" | "live" | "frozen";

interface Looking {
  readonly engine: Engine;
  readonly model: ModelInfo;
}

/** The whole view; the camera runs only while the view is shown. */
export class CameraView {
  readonly element: HTMLElement;
  private readonly video = cameraVideo();
  private readonly heat = el("canvas", { class: "heat", "aria-hidden": "true" });
  private readonly bars = new Bars("bars over");
  private readonly verdict = el("p", { class: "camera-verdict" });
  private readonly problem = el("p", { class: "camera-problem", role: "alert" });
  private readonly speed = el("p", { class: "camera-speed" });
  private readonly kept = el("p", { class: "camera-kept", role: "status" });
  private readonly finder = el("div", { class: "finder" });
  private readonly why: Choice<Why>;
  private readonly buttons = {
    start: control("camera", "button primary", () => void this.start()),
    freeze: control("pause", "button", () => this.freeze()),
    turn: control("turn", "button", () => void this.turn()),
    keep: control("save", "button", () => void this.keep()),
    stop: control("stop", "button", () => this.stop()),
  };
  private readonly source = new CameraSource(this.video);
  private readonly loop: CameraLoop;
  private readonly smoother = new Smoother(SETTLE_MS);
  private looking: Looking | null = null;
  private state: State = "off";
  private resumeWhenShown = false;
  private shown: { readonly reading: Reading; readonly verdict: Verdict } | null = null;
  private wordsMs = 0;
  private announced = { verdict: "", atMs: 0 };

  constructor(
    private readonly collection: Collection,
    private readonly starter: Starter,
  ) {
    const listener = {
      onReading: (reading: Reading, nowMs: number) => this.show(reading, nowMs),
      onProblem: (thrown: unknown) => this.fail(thrown),
    };
    this.loop = new CameraLoop(this.video, this.source, listener);
    this.why = new Choice<Why>("off", () => this.paint());
    const title = el("h1");
    const lead = el("p", { class: "lead" });
    this.element = this.build(title, lead);
    starter.follow(() => {
      if (this.state === "starting") this.become("starting");
    });
    document.addEventListener("visibilitychange", () => this.hiddenOrShown());
    speak((words) => {
      say(title, words.camera.title);
      say(lead, words.camera.lead);
      this.video.setAttribute("aria-label", words.camera.video);
      const { why } = words;
      this.why.label(why.title, [
        { value: "off", label: why.off },
        { value: "anime", label: why.anime },
        { value: "cartoon", label: why.cartoon },
      ]);
      this.bars.relabel();
      this.become(this.state);
    });
  }

  private build(title: HTMLElement, lead: HTMLElement): HTMLElement {
    const { start, freeze, turn, keep, stop } = this.buttons;
    const invitation = el("div", { class: "finder-off" }, title, lead, this.problem, start);
    const answer = el("div", { class: "finder-answer" }, this.verdict, this.bars.element);
    fill(this.finder, this.video, this.heat, answer, invitation);
    const controls = el("div", { class: "camera-controls" }, freeze, keep, turn, stop);
    return el(
      "section",
      { class: "view camera" },
      this.finder,
      el("div", { class: "camera-panel" }, controls, this.why.element, this.kept, this.speed),
    );
  }

  leave(): void {
    this.stop();
  }

  private async start(open = (): Promise<boolean> => this.source.start()): Promise<void> {
    this.become("starting");
    say(this.problem, "");
    say(this.kept, "");
    try {
      const [engine, started] = await Promise.all([this.starter.engine(), open()]);
      if (!started) return;
      this.looking = { engine, model: await engine.load() };
      this.smoother.reset();
      this.shown = null;
      this.become("live");
      this.loop.start(engine, this.looking.model.sizePx);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private stop(): void {
    this.loop.stop();
    this.source.stop();
    this.become("off");
  }

  private async turn(): Promise<void> {
    this.loop.stop();
    await this.start(() => this.source.turn());
  }

  private freeze(): void {
    if (!this.looking) return;
    const { engine, model } = this.looking;
    if (this.state === "live") {
      this.video.pause();
      this.loop.stop();
      this.smoother.reset(); // the frozen frame's own answer, not an average with those before
      void this.loop.once(engine, model.sizePx);
      this.become("frozen");
    } else {
      this.become("live");
      void this.video.play().then(() => this.loop.start(engine, model.sizePx));
    }
  }

  /** Put what is seen among the pictures, at the camera's full size. */
  private async keep(): Promise<void> {
    const file = await this.source.capture();
    if (!file) return;
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    this.collection.add([{ name: `camera-${time}.png`, file }]);
    say(this.kept, texts().camera.kept);
  }

  private fail(thrown: unknown): void {
    const sentence = problemSentence(problemCode(thrown));
    this.stop();
    say(this.problem, sentence);
  }

  private hiddenOrShown(): void {
    if (document.hidden) {
      this.resumeWhenShown = this.state === "live";
      if (this.resumeWhenShown) this.stop();
    } else if (this.resumeWhenShown) {
      this.resumeWhenShown = false;
      void this.start();
    }
  }

  private become(state: State): void {
    this.state = state;
    const words = texts().camera;
    const { start, freeze, turn, keep, stop } = this.buttons;
    const running = state === "live" || state === "frozen";
    this.element.dataset["state"] = state;
    this.finder.classList.toggle("mirrored", running && this.source.mirrored);
    start.disabled = state === "starting";
    name(start, "camera", state === "starting" ? this.startingWords() : words.start);
    name(freeze, state === "frozen" ? "play" : "pause", state === "frozen" ? words.resume : words.freeze);
    name(turn, "turn", words.turn);
    name(keep, "save", words.keep);
    name(stop, "stop", words.stop);
    for (const button of [freeze, keep, stop]) button.disabled = !running;
    // Never hidden: whether there is a second camera is known only once the first one runs.
    turn.disabled = !running || !this.source.turnable;
    this.why.disabled = !running;
    if (!running) {
      this.shown = null;
      this.bars.show(null);
      say(this.verdict, "\u00a0");
      say(this.speed, "\u00a0");
      this.paint();
    } else {
      const { verdict, loading } = texts();
      say(this.verdict, this.shown ? verdict[this.shown.verdict] : loading.reading);
    }
  }

  /** On a first visit the model comes first, and takes longer than the camera. */
  private startingWords(): string {
    const { start } = this.starter;
    const { loadedBytes = 0, totalBytes = 0 } = (start.state === "loading" && start.progress) || {};
    if (totalBytes === 0) return texts().camera.starting;
    return texts().loading.percent(percent(loadedBytes / totalBytes));
  }

  private show(reading: Reading, nowMs: number): void {
    if (!this.looking) return;
    const { anime, cartoon } = reading.classification;
    const calm = this.smoother.next(Float32Array.of(anime, cartoon, ...reading.activation), nowMs);
    const likenesses = { anime: calm[0] ?? 0, cartoon: calm[1] ?? 0 };
    const { thresholds } = this.looking.model;
    const verdict = decide(likenesses.anime, likenesses.cartoon, thresholds);
    this.shown = { reading: { ...reading, activation: calm.subarray(2) }, verdict };
    this.bars.lengths(likenesses);
    this.paint();
    if (nowMs - this.wordsMs < WORDS_EVERY_MS && this.state === "live") return;
    this.wordsMs = nowMs;
    this.bars.numbers(likenesses);
    const words = texts();
    say(this.verdict, words.verdict[verdict]);
    this.speed.dataset["readings"] = String(this.loop.readings); // counted by benchmarks/camera.py
    const perSecond = this.loop.perSecond;
    if (perSecond > 0) say(this.speed, words.camera.speed(perSecond.toFixed(perSecond < 10 ? 1 : 0)));
    if (this.announced.verdict !== verdict && nowMs - this.announced.atMs > ANNOUNCE_EVERY_MS) {
      this.announced = { verdict, atMs: nowMs };
      announce(words.verdict[verdict]);
    }
  }

  private paint(): void {
    const style = this.why.value;
    const reading = this.shown?.reading ?? null;
    const visible = style !== "off" && hasHeat(reading);
    this.finder.classList.toggle("explained", visible);
    if (visible) paintHeat(this.heat, reading, style);
  }
}

function control(name: IconName, className: string, onclick: () => void): HTMLButtonElement {
  return el("button", { class: className, type: "button", onclick }, icon(name), el("span"));
}

function name(button: HTMLButtonElement, symbol: IconName, label: string): void {
  if (button.lastElementChild?.textContent === label) return;
  fill(button, icon(symbol), el("span", {}, label));
}

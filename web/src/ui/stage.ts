/** The picture that is looked at, large: its colours that say why, its verdict and its two bars. */

import type { Reading } from "../engine/engine";
import { Bars } from "./bars";
import { Choice } from "./choice";
import type { Entry } from "./collection";
import { el, icon, say } from "./dom";
import { hasHeat, paintHeat, strongest } from "./heatmap";
import type { Why } from "./heatmap";
import { day, percent, speak, texts } from "./language";
import { problemSentence } from "./problems";
import type { Start, Starter } from "./starting";

/** Below this, in logits, no place of a picture speaks for a likeness enough to be named. */
const FAINT_LOGIT = 0.5;

/** The left half: the picture with its heat map. */
export class Frame {
  readonly element: HTMLElement;
  private readonly picture = el("div", { class: "picture" });
  private readonly image = el("img", { alt: "", decoding: "async" });
  private readonly heat = el("canvas", { class: "heat", "aria-hidden": "true" });
  private readonly broken = el("div", { class: "frame-broken", hidden: true }, icon("alert"));
  private readonly legend = el("p", { class: "legend" });
  private readonly why: Choice<Why>;
  private readonly place = el("div", { class: "frame" });
  private entry: Entry | null = null;
  private shownId = 0;
  private url = "";

  constructor() {
    this.why = new Choice<Why>("off", () => this.paint());
    this.picture.append(this.image, this.heat);
    this.place.append(this.picture, this.broken, this.legend);
    this.element = el(
      "div",
      { class: "stage-frame" },
      this.place,
      this.why.element,
    );
    this.image.addEventListener("error", () => this.drawThumbnail());
    speak(({ why }) => {
      this.why.label(why.title, [
        { value: "off", label: why.off },
        { value: "anime", label: why.anime },
        { value: "cartoon", label: why.cartoon },
      ]);
      this.paint();
    });
  }

  show(entry: Entry | null): void {
    this.entry = entry;
    const outcome = entry?.outcome;
    // A sample is always a picture, even where the network cannot be had.
    const broken = outcome?.state === "failed" && !entry?.sample;
    this.broken.hidden = !broken;
    this.picture.hidden = broken || entry === null;
    if (entry && (outcome?.state === "read" || entry.sample)) this.load(entry);
    else this.unload();
    this.paint();
  }

  /** Scroll up to the picture if it is above what is seen, as on a phone after a tap far below. */
  bringIntoSight(): void {
    if (this.place.getBoundingClientRect().top >= 0) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.place.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  }

  /** Files are drawn only once they were read: a file of a billion pixels must not reach an img. */
  private load(entry: Entry): void {
    if (entry.outcome.state === "read") {
      const { width_px, height_px } = entry.outcome.reading.classification;
      this.picture.style.setProperty("--ratio", String(width_px / height_px));
    }
    if (this.shownId !== entry.id) {
      this.unload();
      this.shownId = entry.id;
      this.url = URL.createObjectURL(entry.file);
      this.image.src = this.url;
    }
    const { ofSample, ofPicture } = texts().pictures;
    this.image.alt = entry.sample ? ofSample(entry.name) : ofPicture(entry.name);
  }

  private unload(): void {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
    this.shownId = 0;
    this.image.removeAttribute("src");
    this.image.alt = "";
  }

  /** What the engine could decode and the browser cannot show. */
  private drawThumbnail(): void {
    if (this.entry?.thumbnail && this.url) this.image.src = this.entry.thumbnail.toDataURL();
  }

  private paint(): void {
    const outcome = this.entry?.outcome;
    const reading: Reading | null = outcome?.state === "read" ? outcome.reading : null;
    const { why } = texts();
    this.why.disabled = !hasHeat(reading);
    const style = this.why.value;
    const shown = hasHeat(reading) && style !== "off";
    this.picture.classList.toggle("explained", shown);
    if (!shown) {
      say(this.legend, reading !== null && !hasHeat(reading) ? why.unavailable : "");
      return;
    }
    paintHeat(this.heat, reading, style);
    const seen = strongest(reading, style) > FAINT_LOGIT;
    const legends = { anime: why.legendAnime, cartoon: why.legendCartoon };
    say(this.legend, seen ? legends[style] : why.legendNothing);
  }
}

/** The right half: what the picture looks like, in words and percents. */
export class Result {
  readonly element: HTMLElement;
  private readonly bars = new Bars();
  private readonly name = el("p", { class: "result-name" });
  private readonly verdict = el("h2", { class: "result-verdict" });
  private readonly meaning = el("p", { class: "result-meaning" });
  private readonly progress = el("progress", { class: "result-progress", max: 1, hidden: true });
  private readonly again = el("button", { class: "button", type: "button", hidden: true });
  private readonly helpTitle = el("summary");
  private readonly help = el("p");
  private readonly model = el("p", { class: "result-model" });
  private entry: Entry | null = null;

  constructor(
    private readonly starter: Starter,
    retry: () => void,
  ) {
    this.again.addEventListener("click", retry);
    this.element = el(
      "section",
      { class: "result" },
      this.name,
      this.verdict,
      this.progress,
      this.bars.element,
      this.meaning,
      this.again,
      el("details", { class: "help" }, this.helpTitle, this.help),
      this.model,
    );
    starter.follow(() => this.write());
    speak(({ likeness, loading }) => {
      say(this.helpTitle, likeness.helpTitle);
      say(this.help, likeness.help);
      say(this.again, loading.again);
      this.bars.relabel();
      this.write();
    });
  }

  show(entry: Entry | null): void {
    this.entry = entry;
    this.write();
  }

  private write(): void {
    const { start } = this.starter;
    const words = texts();
    this.again.hidden = start.state !== "failed";
    this.progress.hidden = start.state !== "loading";
    say(this.model, start.state === "ready" ? modelLine(start) : "\u00a0");
    const name = this.entry?.name ?? "";
    say(this.name, this.entry?.sample ? words.pictures.ofSample(name) : name || "\u00a0");
    const outcome = this.entry?.outcome;
    this.element.dataset["verdict"] =
      outcome?.state === "read" ? outcome.reading.classification.verdict : (outcome?.state ?? "");
    if (start.state === "failed") {
      this.words(words.loading.failed, problemSentence(start.code));
    } else if (outcome?.state === "failed") {
      this.words(words.gallery.failed, problemSentence(outcome.code));
    } else if (outcome?.state === "read") {
      const { verdict } = outcome.reading.classification;
      this.words(words.verdict[verdict], words.verdictMeaning[verdict]);
    } else {
      this.words(...this.waiting(start));
    }
    this.bars.show(outcome?.state === "read" ? outcome.reading.classification : null);
  }

  private words(verdict: string, meaning: string): void {
    say(this.verdict, verdict);
    say(this.meaning, meaning);
  }

  private waiting(start: Start): [string, string] {
    const { loading } = texts();
    if (start.state !== "loading") return [loading.reading, "\u00a0"];
    const { loadedBytes = 0, totalBytes = 0 } = start.progress ?? {};
    if (totalBytes === 0) {
      this.progress.removeAttribute("value");
      return [loading.model, "\u00a0"];
    }
    this.progress.value = loadedBytes / totalBytes;
    this.progress.setAttribute("aria-label", loading.model);
    return [loading.model, loading.percent(percent(loadedBytes / totalBytes))];
  }
}

function modelLine(start: Start & { readonly state: "ready" }): string {
  const { model } = texts();
  return model.line(start.model.label, day(start.model.created));
}

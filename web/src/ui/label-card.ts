/** One label that is taught: its name, its pictures, and the ways to give it more. */

import type { Engine } from "../engine/engine";
import { el, icon, say } from "./dom";
import { Chooser } from "./intake";
import type { Arrival } from "./intake";
import { texts } from "./language";
import { problemCode } from "./problems";
import { drawThumbnail } from "./thumbnail";

const MOST_LENGTH = 255;

interface Does {
  /** Pictures came or went, or the name changed. */
  readonly changed: () => void;
  readonly remove: (card: LabelCard) => void;
  /** Show the camera in this card. */
  readonly camera: (card: LabelCard) => void;
}

export class LabelCard {
  readonly element: HTMLLIElement;
  /** Of the pictures that were read. */
  embeddings: readonly Float32Array[] = [];

  private readonly input = el("input", { class: "label-name", maxlength: MOST_LENGTH });
  private readonly shots = el("div", { class: "label-shots" });
  private readonly count = el("p", { class: "label-count" });
  private readonly removal = el("button", { class: "button round quiet", type: "button" }, icon("close"));
  private readonly more = el("button", { class: "button", type: "button" }, icon("plus"), el("span"));
  private readonly camera = el("button", { class: "button", type: "button" }, icon("camera"), el("span"));
  private failed = 0;
  /** Whether the visitor chose the name. */
  private named = false;

  constructor(
    private readonly engine: () => Promise<Engine>,
    private readonly number: number,
    private readonly does: Does,
  ) {
    const chooser = new Chooser((arrivals) => void this.add(arrivals));
    this.input.addEventListener("input", () => {
      this.named = true;
      this.relabel();
      does.changed();
    });
    this.removal.addEventListener("click", () => does.remove(this));
    this.more.addEventListener("click", () => chooser.open());
    this.camera.addEventListener("click", () => does.camera(this));
    this.element = el(
      "li",
      { class: "label-card" },
      el("div", { class: "label-head" }, this.input, this.removal),
      this.shots,
      this.count,
      el("div", { class: "label-tools" }, this.more, this.camera, chooser.element),
    );
    this.relabel();
  }

  get name(): string {
    return this.input.value.trim();
  }

  /** Read pictures, one after another, and keep what the network makes of them. */
  async add(arrivals: readonly Arrival[]): Promise<void> {
    for (const { name, file } of arrivals) {
      try {
        const engine = await this.engine();
        const { embedding, classification } = await engine.read(file, name);
        const thumbnail = await drawThumbnail(file, classification);
        this.embeddings = [...this.embeddings, embedding];
        this.shots.append(this.shot(embedding, thumbnail));
      } catch (thrown) {
        problemCode(thrown);
        this.failed += 1;
      }
      this.relabel();
      this.does.changed();
    }
  }

  /** Write the words again, in another language or for another number of pictures. */
  relabel(): void {
    const { teach } = texts();
    if (!this.named) this.input.value = teach.label(this.number);
    this.input.setAttribute("aria-label", teach.labelName);
    this.removal.setAttribute("aria-label", teach.removeLabel(this.name));
    this.more.setAttribute("aria-label", teach.addPictures(this.name));
    this.camera.setAttribute("aria-label", teach.addShot(this.name));
    say(this.more.lastElementChild ?? this.more, teach.picturesShort);
    say(this.camera.lastElementChild ?? this.camera, texts().views.camera);
    const count = teach.count(this.embeddings.length);
    say(this.count, this.failed === 0 ? count : `${count}. ${teach.unreadable(this.failed)}`);
  }

  private shot(embedding: Float32Array, thumbnail: HTMLCanvasElement | null): HTMLElement {
    const place = el("button", { class: "label-shot", type: "button" }, thumbnail ?? icon("pictures"));
    place.setAttribute("aria-label", texts().gallery.remove(texts().pictures.ofPicture("")));
    place.addEventListener("click", () => {
      this.embeddings = this.embeddings.filter((each) => each !== embedding);
      place.remove();
      this.relabel();
      this.does.changed();
    });
    return place;
  }
}

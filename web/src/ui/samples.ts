/** Pictures that we drew, so that the first visit shows something. */

import anime from "../../../examples/anime-face.png";
import both from "../../../examples/both.png";
import landscape from "../../../examples/landscape.png";
import cartoon from "../samples/cartoon-dog.png"; // drawn from the SVG beside it, CC0 1.0
import { el, fill, say } from "./dom";
import { speak, texts } from "./language";

const SAMPLES = [
  { name: "anime", url: anime },
  { name: "cartoon", url: cartoon },
  { name: "both", url: both },
  { name: "landscape", url: landscape },
] as const;

type Sample = (typeof SAMPLES)[number];

/** A row of small pictures to try. */
export class Samples {
  readonly element: HTMLElement;

  constructor(private readonly show: (name: string, file: Blob) => void) {
    const title = el("p", { class: "samples-title", id: "samples-title" });
    const row = el("div", { class: "samples-row" });
    this.element = el(
      "div",
      { class: "samples", role: "group", "aria-labelledby": "samples-title" },
      title,
      row,
    );
    speak(({ pictures }) => {
      say(title, pictures.samples);
      fill(row, ...SAMPLES.map((sample) => this.button(sample)));
    });
  }

  /** The picture that a first visit sees. */
  async first(): Promise<void> {
    await this.open(SAMPLES[0]);
  }

  private button(sample: Sample): HTMLButtonElement {
    const { pictures } = texts();
    const label = pictures.sampleOpen(pictures.sampleNames[sample.name]);
    const image = el("img", { src: sample.url, alt: "", width: 64, height: 48 });
    const onclick = (): void => void this.open(sample);
    return el("button", { type: "button", class: "sample", "aria-label": label, onclick }, image);
  }

  private async open({ name, url }: Sample): Promise<void> {
    const response = await fetch(url);
    this.show(texts().pictures.sampleNames[name], await response.blob());
  }
}

/** The picture in sight, and what is known of it. */

import { el, fill, say } from "../ui/dom";
import { PictureFiles } from "./picture-files";
import { AGAIN_MS, Refusal } from "./server";
import type { Picture } from "./server";
import { texts } from "./texts/texts";

export class Easel {
  readonly element: HTMLElement;
  private readonly image = el("img", { class: "easel-image", alt: "", hidden: true });
  private readonly problem = el("p", { class: "easel-problem", hidden: true }, texts().noPicture);
  private readonly name = el("span", { class: "easel-name" });
  private readonly done = el("span", { class: "easel-done" }, texts().isDone);
  private readonly hint = el("button", { class: "hint", type: "button" });
  private readonly files: PictureFiles;
  private picture: Picture | null = null;
  private hinted = false;

  constructor(fetched: (name: string) => Promise<Blob>) {
    this.files = new PictureFiles(fetched);
    this.hint.addEventListener("click", () => this.turnHint());
    this.element = el(
      "figure",
      { class: "easel" },
      el("div", { class: "easel-frame" }, this.image, this.problem),
      el("figcaption", {}, this.done, this.name, this.hint),
    );
  }

  /** Show a picture, and have those at hand that are near it. */
  show(picture: Picture, near: readonly string[]): void {
    const another = picture.name !== this.picture?.name;
    this.picture = picture;
    this.done.hidden = !picture.done;
    say(this.name, picture.name.split("/").slice(-2).join("/"));
    this.name.title = picture.name;
    this.files.keep(near);
    if (another) {
      this.hinted = false;
      void this.load(picture.name);
    }
    this.writeHint();
  }

  turnHint(): void {
    this.hinted = !this.hinted;
    this.writeHint();
  }

  private async load(name: string): Promise<void> {
    let shown = false;
    try {
      const url = await this.files.url(name);
      if (this.picture?.name !== name) return; // another one came in between
      this.image.src = url;
      this.image.alt = name;
      await this.image.decode();
      shown = true;
    } catch (thrown) {
      if (this.picture?.name !== name) return;
      // The picture cannot be had now; one that is refused cannot be had at all.
      if (!(thrown instanceof Refusal)) setTimeout(() => this.loadAgain(name), AGAIN_MS);
    }
    if (this.picture?.name !== name) return;
    this.image.hidden = !shown;
    this.problem.hidden = shown;
  }

  private loadAgain(name: string): void {
    if (this.picture?.name === name && this.element.isConnected) void this.load(name);
  }

  private writeHint(): void {
    const { locale, hint, modelSays, modelSaysNothing } = texts();
    const likeness = this.picture?.likeness;
    const percent = new Intl.NumberFormat(locale, { style: "percent" });
    const said = likeness
      ? modelSays(percent.format(likeness.anime), percent.format(likeness.cartoon))
      : modelSaysNothing;
    this.hint.setAttribute("aria-expanded", String(this.hinted));
    fill(this.hint, this.hinted ? said : hint, el("kbd", { "aria-hidden": "true" }, "H"));
  }
}

/** The first view: pictures come in, and each gets its answer. */

import type { Collection } from "./collection";
import { el, icon, say } from "./dom";
import { Gallery } from "./gallery";
import { Chooser } from "./intake";
import { speak } from "./language";
import { Samples } from "./samples";
import { Frame, Result } from "./stage";
import type { Starter } from "./starting";

/** The view of single pictures and of the gallery. */
export function picturesView(collection: Collection, starter: Starter): HTMLElement {
  const frame = new Frame();
  const samples = new Samples((name, file) => collection.show(name, file));
  const chooser = new Chooser((arrivals) => collection.add(arrivals));
  const retry = (): void => {
    const { start } = starter;
    if (start.state !== "failed") return;
    starter.again();
    collection.retry(start.code);
  };
  const result = new Result(starter, retry);

  const title = el("h1");
  const lead = el("p", { class: "lead" });
  const chooseLabel = el("span");
  const choose = el(
    "button",
    { class: "button primary", type: "button", onclick: () => chooser.open() },
    icon("plus"),
    chooseLabel,
  );
  const cameraLabel = el("span");
  const camera = el("a", { class: "button", href: "#camera" }, icon("camera"), cameraLabel);
  const hint = el("p", { class: "hint" });
  speak((texts) => {
    say(title, texts.pictures.title);
    say(lead, texts.pictures.lead);
    say(chooseLabel, texts.pictures.choose);
    say(cameraLabel, texts.views.camera);
    say(hint, texts.pictures.hint);
    chooser.element.setAttribute("aria-label", texts.pictures.choose);
  });

  collection.on("selected", (entry) => {
    frame.show(entry);
    result.show(entry);
    frame.bringIntoSight();
    if (entry === null) void samples.first();
  });
  collection.on("finished", (entry) => {
    if (entry !== collection.selected) return;
    frame.show(entry);
    result.show(entry);
  });
  void samples.first();

  const intro = el(
    "header",
    { class: "intro" },
    title,
    lead,
    el("div", { class: "ways-in" }, choose, camera, chooser.element),
    hint,
  );
  return el(
    "section",
    { class: "view pictures" },
    el("div", { class: "stage" }, intro, frame.element, result.element, samples.element),
    new Gallery(collection).element,
  );
}

/** Many pictures at once: tiles sorted by likeness, and the results as files. */

import { announce } from "./announcements";
import { Bars } from "./bars";
import type { Collection, Entry } from "./collection";
import { el, fill, icon, say } from "./dom";
import { download, toCsv, toJson } from "./exporting";
import { percent, speak, texts } from "./language";
import { remember, remembered } from "./memory";
import { problemSentence } from "./problems";

const ORDERS = ["anime", "cartoon", "added"] as const;
type Order = (typeof ORDERS)[number];

const MOVE_MS = 260;
const ARRANGE_MS = 350;

interface Tile {
  readonly element: HTMLLIElement;
  readonly update: () => void;
}

/** The gallery is hidden until a picture is in it. */
export class Gallery {
  readonly element: HTMLElement;
  private readonly title = el("h2");
  private readonly list = el("ol", { class: "tiles" });
  private readonly sort = el("select", { id: "sort" });
  private readonly sortLabel = el("label", { for: "sort" });
  private readonly buttons = {
    csv: button("save", () => download("animeter.csv", "text/csv", toCsv(this.sorted()))),
    json: button("save", () => download("animeter.json", "application/json", toJson(this.sorted()))),
    clear: button("clear", () => this.clear()),
  };
  private readonly tiles = new Map<Entry, Tile>();
  private order: Order;
  private timer = 0;

  constructor(private readonly collection: Collection) {
    this.order = ORDERS.find((order) => order === remembered("sort")) ?? "anime";
    const { csv, json, clear } = this.buttons;
    const tools = el("div", { class: "tools" }, this.sortLabel, this.sort, csv, json, clear);
    this.element = el(
      "section",
      { class: "gallery", hidden: true, "aria-labelledby": "gallery-title" },
      el("div", { class: "gallery-head" }, this.title, tools),
      this.list,
    );
    this.title.id = "gallery-title";
    this.sort.addEventListener("change", () => {
      this.order = ORDERS.find((order) => order === this.sort.value) ?? "anime";
      remember("sort", this.order);
      this.arrange();
    });
    collection.on("changed", () => this.update());
    collection.on("selected", () => this.mark());
    collection.on("finished", (entry) => {
      this.tiles.get(entry)?.update();
      this.head();
      this.arrangeSoon();
      this.tell(entry);
    });
    speak((words) => {
      say(this.sortLabel, words.gallery.sort);
      const names = { anime: words.gallery.byAnime, cartoon: words.gallery.byCartoon };
      const orders = { ...names, added: words.gallery.byOrder };
      fill(this.sort, ...ORDERS.map((order) => el("option", { value: order }, orders[order])));
      this.sort.value = this.order;
      say(csv.lastElementChild ?? csv, words.gallery.csv);
      say(json.lastElementChild ?? json, words.gallery.json);
      say(clear.lastElementChild ?? clear, words.gallery.clear);
      this.update();
    });
  }

  private update(): void {
    const { entries } = this.collection;
    const kept = new Set(entries);
    for (const entry of this.tiles.keys()) if (!kept.has(entry)) this.tiles.delete(entry);
    for (const entry of entries) (this.tiles.get(entry) ?? this.tile(entry)).update();
    this.head();
    this.arrange();
    this.mark();
  }

  private head(): void {
    const { entries } = this.collection;
    const { gallery } = texts();
    const done = entries.filter(({ outcome }) => outcome.state !== "waiting").length;
    const complete = done === entries.length;
    this.element.hidden = entries.length === 0;
    say(this.title, complete ? gallery.title(done) : gallery.progress(done, entries.length));
    this.buttons.csv.disabled = done === 0;
    this.buttons.json.disabled = done === 0;
  }

  private tile(entry: Entry): Tile {
    const tile = makeTile(entry, this.collection);
    this.tiles.set(entry, tile);
    return tile;
  }

  /** The entries in the chosen order; those without an answer last, in the order they came. */
  private sorted(): readonly Entry[] {
    const { order } = this;
    if (order === "added") return this.collection.entries;
    const rank = ({ outcome }: Entry): number =>
      outcome.state === "read" ? outcome.reading.classification[order] : -1;
    return [...this.collection.entries].sort((one, other) => rank(other) - rank(one));
  }

  /** Answers may come faster than eyes or layout can follow. */
  private arrangeSoon(): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.arrange();
    }, ARRANGE_MS);
  }

  /** Bring the tiles into order; each slides from where it was. */
  private arrange(): void {
    const elements = this.sorted().flatMap((entry) => this.tiles.get(entry)?.element ?? []);
    const same = elements.every((element, place) => this.list.children[place] === element);
    if (same && elements.length === this.list.children.length) return;
    const before = new Map(elements.map((element) => [element, spot(element)]));
    const focused = document.activeElement;
    fill(this.list, ...elements);
    if (focused instanceof HTMLElement && this.list.contains(focused)) focused.focus();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const element of elements) slide(element, before.get(element));
  }

  private mark(): void {
    for (const [entry, { element }] of this.tiles) {
      const chosen = entry === this.collection.selected;
      element.classList.toggle("chosen", chosen);
      element.querySelector(".tile-open")?.setAttribute("aria-pressed", String(chosen));
    }
  }

  private tell(entry: Entry): void {
    const { entries } = this.collection;
    const words = texts();
    if (entries.length > 1 && entries.every(({ outcome }) => outcome.state !== "waiting")) {
      const failed = entries.filter(({ outcome }) => outcome.state === "failed").length;
      announce(words.gallery.announceAll(entries.length - failed, failed));
    } else if (entry.outcome.state === "read") {
      const { verdict, anime, cartoon } = entry.outcome.reading.classification;
      const said = [words.verdict[verdict], percent(anime), percent(cartoon)] as const;
      announce(words.gallery.announce(entry.name, ...said));
    } else if (entry.outcome.state === "failed") {
      announce(`${entry.name}: ${problemSentence(entry.outcome.code)}`);
    }
  }

  private clear(): void {
    this.collection.clear();
    announce(texts().gallery.announceCleared);
  }
}

function button(name: "save" | "clear", onclick: () => void): HTMLButtonElement {
  return el("button", { class: "button quiet", type: "button", onclick }, icon(name), el("span"));
}

function makeTile(entry: Entry, collection: Collection): Tile {
  const bars = new Bars("bars small");
  const view = el("span", { class: "tile-view" });
  const verdict = el("span", { class: "tile-verdict" });
  const name = el("span", { class: "tile-name" }, entry.name);
  const open = el(
    "button",
    { class: "tile-open", type: "button", onclick: () => collection.select(entry) },
    view,
    verdict,
    name,
  );
  const remove = el(
    "button",
    {
      class: "tile-remove",
      type: "button",
      onclick: () => {
        collection.remove(entry);
        announce(texts().gallery.announceRemoved(entry.name));
      },
    },
    icon("close"),
  );
  const problem = el("p", { class: "tile-problem" });
  const element = el("li", { class: "tile" }, open, bars.element, problem, remove);
  const update = (): void => {
    const { outcome, thumbnail } = entry;
    const words = texts();
    element.dataset["state"] = outcome.state;
    bars.relabel();
    remove.setAttribute("aria-label", words.gallery.remove(entry.name));
    if (outcome.state === "read") {
      const { classification } = outcome.reading;
      element.dataset["verdict"] = classification.verdict;
      if (thumbnail && view.firstChild !== thumbnail) fill(view, thumbnail);
      say(verdict, words.verdictWord[classification.verdict]);
      bars.show(classification);
    } else if (outcome.state === "failed") {
      if (!view.firstChild) fill(view, icon("alert"));
      say(verdict, words.gallery.failed);
      say(problem, problemSentence(outcome.code));
    } else {
      say(verdict, words.gallery.waiting);
    }
  };
  return { element, update };
}

interface Spot {
  readonly left: number;
  readonly top: number;
}

function spot(element: HTMLElement): Spot | undefined {
  if (!element.isConnected) return undefined;
  return { left: element.offsetLeft, top: element.offsetTop };
}

function slide(element: HTMLElement, from: Spot | undefined): void {
  if (!from) return;
  const [x, y] = [from.left - element.offsetLeft, from.top - element.offsetTop];
  if (x === 0 && y === 0) return;
  const frames = [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }];
  element.animate(frames, { duration: MOVE_MS, easing: "ease-out" });
}

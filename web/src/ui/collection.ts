/** The pictures that the visitor brought, what came of each, and who is told when that changes. */

import type { Engine, Reading } from "../engine/engine";
import { problemCode } from "./problems";
import type { ProblemCode } from "./problems";
import { drawThumbnail } from "./thumbnail";

export type Outcome =
  | { readonly state: "waiting" }
  | { readonly state: "read"; readonly reading: Reading }
  | { readonly state: "failed"; readonly code: ProblemCode };

export interface Entry {
  readonly id: number;
  /** The file's name, or what stands in its place for pictures without one. */
  readonly name: string;
  readonly file: Blob;
  readonly sample: boolean;
  outcome: Outcome;
  /** Null until the picture is read, and for ever if it cannot be. */
  thumbnail: HTMLCanvasElement | null;
}

interface Events {
  /** Pictures came or went. */
  readonly changed: (collection: Collection) => void;
  /** Another picture is the one looked at. */
  readonly selected: (entry: Entry | null) => void;
  /** One got its answer. */
  readonly finished: (entry: Entry) => void;
}

/** Reads one picture after another, so that the page stays quick however many are dropped. */
export class Collection {
  /** In the order in which they came; samples are not among them. */
  entries: readonly Entry[] = [];
  selected: Entry | null = null;

  private readonly listeners: { [K in keyof Events]: Events[K][] } = {
    changed: [],
    selected: [],
    finished: [],
  };
  private queue: Entry[] = [];
  private working = false;
  private nextId = 1;

  constructor(private readonly engine: () => Promise<Engine>) {}

  on<K extends keyof Events>(event: K, listener: Events[K]): void {
    this.listeners[event].push(listener);
  }

  /** Take pictures in, select the first of them, and begin to read. */
  add(pictures: readonly { readonly name: string; readonly file: Blob }[]): void {
    const added = pictures.map(({ name, file }) => this.entry(name, file, false));
    if (added.length === 0) return;
    this.entries = [...this.entries, ...added];
    this.queue.push(...added);
    this.select(added[0] ?? null);
    this.tell("changed", this);
    void this.work();
  }

  /** Show one of our own pictures; it does not join the gallery. */
  show(name: string, file: Blob): void {
    const entry = this.entry(name, file, true);
    this.queue.unshift(entry);
    this.select(entry);
    void this.work();
  }

  /** Read again what failed for this reason, now that the reason may be gone. */
  retry(code: ProblemCode): void {
    const failed = [...new Set([this.selected, ...this.entries])].filter(
      (entry): entry is Entry => entry?.outcome.state === "failed" && entry.outcome.code === code,
    );
    for (const entry of failed) entry.outcome = { state: "waiting" };
    this.queue.push(...failed);
    this.select(this.selected);
    this.tell("changed", this);
    void this.work();
  }

  select(entry: Entry | null): void {
    this.selected = entry;
    this.tell("selected", entry);
  }

  remove(entry: Entry): void {
    const place = this.entries.indexOf(entry);
    this.entries = this.entries.filter((each) => each !== entry);
    this.queue = this.queue.filter((each) => each !== entry);
    if (this.selected === entry) {
      this.select(this.entries[Math.min(place, this.entries.length - 1)] ?? null);
    }
    this.tell("changed", this);
  }

  clear(): void {
    this.entries = [];
    this.queue = [];
    this.select(null);
    this.tell("changed", this);
  }

  private entry(name: string, file: Blob, sample: boolean): Entry {
    const outcome = { state: "waiting" } as const;
    return { id: this.nextId++, name, file, sample, outcome, thumbnail: null };
  }

  private tell<K extends keyof Events>(event: K, ...what: Parameters<Events[K]>): void {
    for (const listener of this.listeners[event]) {
      (listener as (...what: Parameters<Events[K]>) => void)(...what);
    }
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let entry = this.queue.shift(); entry; entry = this.queue.shift()) {
      await this.read(entry);
      this.tell("finished", entry);
    }
    this.working = false;
  }

  private async read(entry: Entry): Promise<void> {
    try {
      const engine = await this.engine();
      const reading = await engine.read(entry.file, entry.name);
      entry.thumbnail = await drawThumbnail(entry.file, reading.classification);
      entry.outcome = { state: "read", reading };
    } catch (thrown) {
      entry.outcome = { state: "failed", code: problemCode(thrown) };
    }
  }
}

/** A person's way through the pictures: where they are, what they answered, back and on again. */

import { answered } from "./server";
import type { Answer, Mark, Picture, Progress, Turn } from "./server";

const NONE: Progress = { done: 0, open: 0, looked_at: 0, unreadable: 0 };

const AHEAD = 8;
const REMEMBERED = 50;
const MOST = 1000;

export interface Source {
  pictures(which: "open" | "done", limit: number): Promise<Turn>;
  keep(answers: readonly Answer[]): void;
}

export class Walk {
  progress: Progress = NONE;
  private way: Picture[] = [];
  private at = 0;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly marks: readonly Mark[],
    private readonly source: Source,
  ) {}

  /** Go to the first picture that is open; those done before lie behind it. */
  async begin(): Promise<void> {
    const done = await this.source.pictures("done", REMEMBERED);
    this.way = [...done.pictures];
    this.at = this.way.length;
    await this.lookAhead();
  }

  /** The picture in sight; null when there is none left. */
  get picture(): Picture | null {
    return this.way[this.at] ?? null;
  }

  /** Names worth having at hand: the last one, this one, and some that come. */
  get near(): readonly string[] {
    return this.way.slice(Math.max(0, this.at - 1), this.at + 5).map(({ name }) => name);
  }

  get canGoBack(): boolean {
    return this.at > 0;
  }

  /** Pictures that were passed over. */
  get skipped(): number {
    return this.way.slice(0, this.at).filter(({ done }) => !done).length;
  }

  /** What is answered, by this person or by whoever filed the picture; empty for nothing. */
  shown(mark: Mark): string {
    const { picture } = this;
    return picture?.said[mark.name] ?? picture?.filed[mark.name] ?? (mark.flag ? "no" : "");
  }

  /** Give an answer; the same once more takes it back. */
  answer(mark: Mark, value: string): void {
    const { picture } = this;
    if (picture === null) return;
    const filed = picture.filed[mark.name] ?? "no";
    let next = picture.said[mark.name] === value ? "" : value;
    if (mark.flag) {
      const turned = this.shown(mark) === "yes" ? "no" : "yes";
      next = turned === filed ? "" : turned;
    }
    this.say([[mark.name, next]]);
  }

  /** Be done with the picture: what was filed and not changed is confirmed. */
  finish(): void {
    const { picture } = this;
    if (picture === null) return;
    const confirmed = this.marks
      .filter(({ name }) => picture.said[name] === undefined && picture.filed[name] !== undefined)
      .map(({ name }): [string, string] => [name, picture.filed[name]!]);
    if (picture.done && confirmed.length === 0) return;
    this.say([...confirmed, ["done", "yes"]]);
    if (picture.done) return;
    const { done, open } = this.progress;
    this.progress = { ...this.progress, done: done + 1, open: Math.max(0, open - 1) };
  }

  back(): void {
    this.at = Math.max(0, this.at - 1);
  }

  async next(): Promise<void> {
    if (this.picture === null) return;
    this.at += 1;
    const ahead = this.lookAhead();
    // With a picture in sight nobody has to wait; the next ones may come late.
    if (this.picture === null) await ahead;
    else ahead.catch(() => undefined);
  }

  /** Find the pictures that come next, where that failed before. */
  more(): Promise<void> {
    return this.lookAhead();
  }

  /** Go over the skipped ones again. */
  async again(): Promise<void> {
    this.way = this.way.filter(({ done }) => done);
    this.at = this.way.length;
    await this.lookAhead();
  }

  private say(said: readonly (readonly [string, string])[]): void {
    const picture = this.picture!;
    const answers = said.map(([mark, value]) => ({ picture: picture.name, mark, value }));
    this.way[this.at] = answered(picture, answers);
    this.source.keep(answers);
  }

  private lookAhead(): Promise<void> {
    if (this.way.length - this.at > AHEAD / 2) return Promise.resolve();
    this.looking ??= this.extend().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  /** The server's count, and what was done here since it counted. */
  private upToDate(counted: Progress): Progress {
    const since = Math.max(0, this.progress.done - counted.done);
    return { ...counted, done: counted.done + since, open: Math.max(0, counted.open - since) };
  }

  private async extend(): Promise<void> {
    const mine = this.way.filter(({ done }) => !done).length;
    const turn = await this.source.pictures("open", Math.min(MOST, mine + 2 * AHEAD));
    this.progress = this.upToDate(turn.progress);
    const known = new Set(this.way.map(({ name }) => name));
    const fresh = turn.pictures.filter(({ name, done }) => !done && !known.has(name));
    this.way.push(...fresh.slice(0, AHEAD));
  }
}

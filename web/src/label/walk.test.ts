import { expect, test } from "vitest";

import type { Answer, Mark, Picture } from "./server";
import { Walk } from "./walk";

const STYLE: Mark = { name: "style", values: ["anime", "cartoon"], flag: false };
const TEXT: Mark = { name: "has_text", values: ["yes", "no"], flag: true };

/** A server with some pictures, which takes every answer at once. */
class Desk {
  readonly kept: Answer[] = [];
  constructor(readonly pictures: Picture[]) {}

  source = {
    pictures: async (which: "open" | "done", limit: number) => {
      const wanted = this.pictures.filter(({ done }) => done === (which === "done"));
      const open = this.pictures.filter(({ done }) => !done).length;
      const progress = { done: this.pictures.length - open, open, looked_at: 0, unreadable: 0 };
      return { pictures: wanted.slice(0, limit), progress };
    },
    keep: (answers: readonly Answer[]) => {
      this.kept.push(...answers);
      for (const { picture, mark } of answers) {
        const at = this.pictures.findIndex(({ name }) => name === picture);
        if (mark === "done") this.pictures[at] = { ...this.pictures[at]!, done: true };
      }
    },
  };
}

function picture(name: string, filed: Record<string, string> = {}): Picture {
  return { name, filed, said: {}, done: false, likeness: null };
}

function sight(walk: Walk): string | undefined {
  return walk.picture?.name;
}

function numbered(count: number): Picture[] {
  return Array.from({ length: count }, (_, at) => picture(String(at)));
}

test("every picture has its turn once, and then there is none left", async () => {
  const desk = new Desk(numbered(40));
  const walk = new Walk([STYLE], desk.source);
  const seen: string[] = [];
  for (await walk.begin(); walk.picture !== null; await walk.next()) {
    seen.push(walk.picture.name);
    walk.finish();
  }
  expect(seen).toEqual(desk.pictures.map(({ name }) => name));
  expect(walk.progress).toMatchObject({ done: 40, open: 0 });
});

test("skipped pictures do not come again by themselves, however many they are", async () => {
  const desk = new Desk(numbered(40));
  const walk = new Walk([STYLE], desk.source);
  let turns = 0;
  for (await walk.begin(); walk.picture !== null; await walk.next()) turns += 1;
  expect(turns).toBe(40);
  expect(walk.skipped).toBe(40);
  expect(desk.kept).toEqual([]);
  await walk.again();
  expect(sight(walk)).toBe("0");
});

test("going back shows what was said, and it can be said anew", async () => {
  const desk = new Desk(numbered(3));
  const walk = new Walk([STYLE, TEXT], desk.source);
  await walk.begin();
  walk.answer(STYLE, "anime");
  walk.finish();
  await walk.next();
  walk.back();
  expect(walk.shown(STYLE)).toBe("anime");
  walk.answer(STYLE, "cartoon");
  walk.answer(TEXT, "yes");
  expect(walk.shown(STYLE)).toBe("cartoon");
  expect(walk.shown(TEXT)).toBe("yes");
  walk.answer(TEXT, "yes");
  expect(walk.shown(TEXT)).toBe("no");
  await walk.next();
  expect(walk.picture?.name).toBe("1");
});

test("what was done while the server counted counts too", async () => {
  const desk = new Desk(numbered(10));
  const late: (() => void)[] = [];
  const walk = new Walk([STYLE], {
    ...desk.source,
    pictures: async (which, limit) => {
      const turn = await desk.source.pictures(which, limit);
      if (desk.kept.length > 0) await new Promise<void>((resolve) => late.push(resolve));
      return turn;
    },
  });
  await walk.begin();
  for (let done = 0; late.length === 0; done += 1) {
    walk.finish();
    await walk.next();
  }
  walk.finish();
  const { progress } = walk;
  late.forEach((answer) => answer());
  await new Promise((resolve) => setTimeout(resolve));
  expect(walk.progress).toEqual(progress);
});

test("the same answer once more takes it back", async () => {
  const desk = new Desk(numbered(1));
  const walk = new Walk([STYLE], desk.source);
  await walk.begin();
  walk.answer(STYLE, "anime");
  walk.answer(STYLE, "anime");
  expect(walk.shown(STYLE)).toBe("");
  expect(desk.kept.map(({ value }) => value)).toEqual(["anime", ""]);
});

test("being done confirms what was filed, and what was changed stays changed", async () => {
  const desk = new Desk([picture("a", { style: "anime", has_text: "yes" })]);
  const walk = new Walk([STYLE, TEXT], desk.source);
  await walk.begin();
  expect([walk.shown(STYLE), walk.shown(TEXT)]).toEqual(["anime", "yes"]);
  walk.answer(TEXT, "yes");
  walk.finish();
  expect(desk.kept.map(({ mark, value }) => `${mark} ${value}`)).toEqual([
    "has_text no",
    "style anime",
    "done yes",
  ]);
});

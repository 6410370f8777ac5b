import { expect, test } from "vitest";

import { keysOf, pressed } from "./keys";

const MARKS = [
  { name: "style", values: ["anime", "cartoon"], flag: false },
  { name: "type", values: ["male", "female", "mixed", "none"], flag: false },
  { name: "has_text", values: ["yes", "no"], flag: true },
];

test("digits choose among the first answers, letters of their names among the others", () => {
  expect(keysOf(MARKS).map(({ key, value }) => `${key} ${value}`)).toEqual([
    "1 anime",
    "2 cartoon",
    "m male",
    "f female",
    "i mixed",
    "n none",
    "t yes",
  ]);
});

test("no key stands for two answers, and none for an answer and the hint", () => {
  const many = Array.from({ length: 40 }, (_, at) => ({
    name: `hhh_${at}`,
    values: ["yes", "no"],
    flag: true,
  }));
  const keys = keysOf(many).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).not.toContain("h");
  expect(keys.length).toBe(25);
});

test("a key is what stands on it, whatever the layout or an input method makes of it", () => {
  expect(pressed({ key: "&", code: "Digit1" })).toBe("1");
  expect(pressed({ key: "1", code: "Numpad1" })).toBe("1");
  expect(pressed({ key: "T", code: "KeyT" })).toBe("t");
  expect(pressed({ key: "q", code: "KeyA" })).toBe("q");
  expect(pressed({ key: "Process", code: "KeyF" })).toBe("f");
  expect(pressed({ key: "Enter", code: "Enter" })).toBe("Enter");
});

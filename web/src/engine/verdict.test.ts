import { describe, expect, it } from "vitest";

import { decide, sixDigits } from "./verdict";

const THRESHOLDS = { anime: { low: 0.3, high: 0.7 }, cartoon: { low: 0.2, high: 0.8 } };

describe("decide", () => {
  it.each([
    [0.9, 0.1, "anime"],
    [0.1, 0.9, "cartoon"],
    [0.9, 0.9, "both"],
    [0.1, 0.1, "neither"],
    [0.5, 0.1, "unsure"],
    [0.9, 0.5, "unsure"],
    [0.7, 0.2, "anime"], // the thresholds themselves decide
    [0.3, 0.8, "cartoon"],
  ])("calls %d and %d %s", (anime, cartoon, verdict) => {
    expect(decide(anime, cartoon, THRESHOLDS)).toBe(verdict);
  });
});

it("rounds to six digits", () => {
  expect(sixDigits(0.12345649)).toBe(0.123456);
});

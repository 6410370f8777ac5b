import { expect, it } from "vitest";

import { Smoother } from "./smoothing";

it("shows the first values as they are", () => {
  expect(Array.from(new Smoother(300).next(Float32Array.of(0.25, 0.75), 0))).toEqual([0.25, 0.75]);
});

it("comes to rest equally fast at any frame rate", () => {
  const shown = [10, 60].map((perSecond) => {
    const smoother = new Smoother(300);
    smoother.next(Float32Array.of(0), 0);
    let last = 0;
    for (let frame = 1; frame <= perSecond; frame += 1) {
      last = smoother.next(Float32Array.of(1), (1000 * frame) / perSecond)[0]!;
    }
    return last;
  });
  expect(shown[0]).toBeCloseTo(1 - Math.exp(-1000 / 300), 5);
  expect(shown[1]).toBeCloseTo(shown[0]!, 5);
});

it("forgets when told", () => {
  const smoother = new Smoother(300);
  smoother.next(Float32Array.of(1), 0);
  smoother.reset();
  expect(smoother.next(Float32Array.of(0), 1)[0]).toBe(0);
});

it("does not mix values of different kinds", () => {
  const smoother = new Smoother(300);
  smoother.next(Float32Array.of(1, 1, 1), 0);
  expect(Array.from(smoother.next(Float32Array.of(0.5), 1))).toEqual([0.5]);
});

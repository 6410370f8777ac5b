import { describe, expect, it } from "vitest";

import { squash } from "./resample";

const SIDE = 16;

function picture(width: number, height: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) =>
    at % 4 === 3 ? 255 : (at * 7 + Math.floor(at / 97) * 31) % 256,
  );
}

function whole(width: number, height: number): Uint8Array {
  const square = squash(width, height, SIDE);
  square.push(picture(width, height), 4, height);
  return square.finish();
}

describe("squash", () => {
  it("leaves a picture of the right size as it is", () => {
    const rgba = picture(SIDE, SIDE);
    const rgb = rgba.filter((_, at) => at % 4 !== 3);
    expect([...whole(SIDE, SIDE)]).toEqual([...rgb]);
  });

  it.each([
    [40, 30],
    [30, 90],
    [1, 1],
    [5, 200],
    [200, 5],
    [500, 300], // whole blocks first
  ])("keeps one colour in every place: %d x %d", (width, height) => {
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let at = 0; at < rgba.length; at += 4) rgba.set([10, 120, 250], at);
    const square = squash(width, height, SIDE);
    square.push(rgba, 4, height);
    const pixels = square.finish();
    for (let at = 0; at < pixels.length; at += 3) {
      expect([...pixels.slice(at, at + 3)]).toEqual([10, 120, 250]);
    }
  });

  it.each([
    [40, 30],
    [30, 90], // this one goes down first
    [501, 303], // whole blocks first, and some that are not whole
  ])("does not depend on how the rows come: %d x %d", (width, height) => {
    const rgba = picture(width, height);
    const square = squash(width, height, SIDE);
    for (let row = 0; row < height; row += 7) {
      const rows = Math.min(7, height - row);
      square.push(rgba.subarray(row * width * 4, (row + rows) * width * 4), 4, rows);
    }
    expect([...square.finish()]).toEqual([...whole(width, height)]);
  });
});

/// <reference types="node" />

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { draw } from "./golden";
import { parseModelSpec } from "./model-spec";

const MODEL = "../src/animeter/inference/builtin/model.json";
const spec = parseModelSpec(JSON.parse(readFileSync(MODEL, "utf8")));

it.each(spec.golden)("draws $picture pixel by pixel as its maker did", (pair) => {
  const pixels = draw(pair.picture, pair.width_px, pair.height_px)!;
  expect(createHash("sha256").update(pixels).digest("hex")).toBe(pair.rgb_sha256);
});

it("knows what it cannot draw", () => {
  expect(draw("nobody's drawing", 8, 8)).toBeNull();
});

/// <reference types="node" />

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { EngineError } from "./engine";
import { parseModelSpec } from "./model-spec";

const MODEL = "../src/animeter/inference/builtin/model.json";
const json = JSON.parse(readFileSync(MODEL, "utf8"));

it("reads the built-in model's description", () => {
  const { info, golden } = parseModelSpec(json);
  expect(info.label).toBe(`${json.name} ${json.version}`);
  expect(info.sizePx).toBe(json.input.size_px);
  expect(info.thresholds).toEqual(json.thresholds);
  expect(golden).toHaveLength(json.golden.length);
});

it.each([
  ["a newer format", { ...json, format_version: 2 }],
  ["no name", { ...json, name: undefined }],
  ["no thresholds", { ...json, thresholds: undefined }],
  ["a text for a number", { ...json, input: { size_px: "192" } }],
  ["null", null],
])("refuses %s", (_, wrong) => {
  expect(() => parseModelSpec(wrong)).toThrow(EngineError);
});

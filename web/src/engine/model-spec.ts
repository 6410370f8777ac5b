/** Reads `model.json`: what of it the page needs, checked before it is believed. */

import { EngineError, type ModelInfo, type Thresholds } from "./engine";

/** A drawing and what the model said of it when it was exported. */
export interface GoldenPair {
  readonly picture: string;
  readonly width_px: number;
  readonly height_px: number;
  readonly rgb_sha256: string;
  readonly anime: number;
  readonly cartoon: number;
}

export interface ModelSpec {
  readonly info: ModelInfo;
  readonly golden: readonly GoldenPair[];
}

const FORMAT_VERSION = 1;

/**
 * Read a model's description.
 *
 * Throws an `EngineError` of code `bad_bundle` when it is of another form.
 */
export function parseModelSpec(json: unknown): ModelSpec {
  try {
    return read(json as Raw);
  } catch (error) {
    throw new EngineError(
      "bad_bundle",
      `model.json is not a model description that this page can read: ${String(error)}`,
    );
  }
}

type Raw = Record<string, unknown>;

function read(json: Raw): ModelSpec {
  if (json.format_version !== FORMAT_VERSION) {
    throw new TypeError(`format_version is ${json.format_version}, wanted ${FORMAT_VERSION}`);
  }
  const thresholds = object(json, "thresholds");
  const name = text(json, "name");
  const version = text(json, "version");
  return {
    info: {
      label: `${name} ${version}`,
      name,
      version,
      created: text(json, "created"),
      sizePx: number(object(json, "input"), "size_px"),
      thresholds: {
        anime: readThresholds(object(thresholds, "anime")),
        cartoon: readThresholds(object(thresholds, "cartoon")),
      },
      sha256: text(json, "sha256"),
      embeddingDim: number(json, "embedding_dim"),
    },
    golden: (Array.isArray(json.golden) ? json.golden : []) as GoldenPair[],
  };
}

function readThresholds(raw: Raw): Thresholds {
  return { low: number(raw, "low"), high: number(raw, "high") };
}

function object(raw: Raw, key: string): Raw {
  const value = raw[key];
  if (typeof value !== "object" || value === null) throw new TypeError(`${key} is missing`);
  return value as Raw;
}

function text(raw: Raw, key: string): string {
  const value = raw[key];
  if (typeof value !== "string") throw new TypeError(`${key} is not a text`);
  return value;
}

function number(raw: Raw, key: string): number {
  const value = raw[key];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new TypeError(`${key} is not a number`);
  }
  return value;
}

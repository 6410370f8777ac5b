/** Class activation maps as colours over the picture. */

import type { Reading } from "../engine/engine";

export type Why = "off" | "anime" | "cartoon";

/** Red, green, blue: the colours of the bars. */
const COLOURS = { anime: [255, 79, 139], cartoon: [255, 180, 0] } as const;
const CHANNEL = { anime: 0, cartoon: 1 } as const;

/**
 * What a place must add to the logit of a likeness to be coloured fully. The maps of one picture
 * are not stretched to their own largest value alone, or the faintest trace in a photograph would
 * glow like a face.
 */
const STRONG_LOGIT = 6;
const MOST_OPAQUE = 0.8;
/** Cells of the painted map for one of the network's, a side. */
const FINER = 8;

/** Whether there is anything to show. */
export function hasHeat(reading: Reading | null): reading is Reading {
  return reading !== null && reading.activation.length > 0;
}

/** The strongest support that any place of the picture gives to a likeness, 0 if none does. */
export function strongest(reading: Reading, style: "anime" | "cartoon"): number {
  let most = 0;
  for (const value of plane(reading, style)) most = Math.max(most, value);
  return most;
}

function plane({ activation, activationShape: [, h, w] }: Reading, style: "anime" | "cartoon") {
  return activation.subarray(CHANNEL[style] * h * w, (CHANNEL[style] + 1) * h * w);
}

/**
 * Paint what speaks for a likeness; the style sheet stretches the canvas over the picture. Parts
 * that speak against it, or not at all, stay clear.
 */
export function paintHeat(canvas: HTMLCanvasElement, reading: Reading, style: "anime" | "cartoon"): void {
  const [, h, w] = reading.activationShape;
  const scale = Math.max(strongest(reading, style), STRONG_LOGIT);
  const values = enlarge(plane(reading, style), h, w);
  const [red, green, blue] = COLOURS[style];
  const pixels = new ImageData(w * FINER, h * FINER);
  for (let cell = 0; cell < values.length; cell += 1) {
    const support = Math.min(1, Math.max(0, values[cell] ?? 0) / scale);
    pixels.data.set([red, green, blue, Math.round(255 * MOST_OPAQUE * support ** 1.2)], 4 * cell);
  }
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
    canvas.width = pixels.width;
    canvas.height = pixels.height;
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/** Draw a map of few cells on a finer grid, without corners: cubic along rows, then columns. */
function enlarge(values: Float32Array, h: number, w: number): Float32Array {
  const wide = new Float32Array(h * w * FINER);
  for (let y = 0; y < h; y += 1) {
    const row = values.subarray(y * w, (y + 1) * w);
    for (let x = 0; x < w * FINER; x += 1) wide[y * w * FINER + x] = cubicAt(row, x);
  }
  const fine = new Float32Array(h * FINER * w * FINER);
  const column = new Float32Array(h);
  for (let x = 0; x < w * FINER; x += 1) {
    for (let y = 0; y < h; y += 1) column[y] = wide[y * w * FINER + x] ?? 0;
    for (let y = 0; y < h * FINER; y += 1) fine[y * w * FINER + x] = cubicAt(column, y);
  }
  return fine;
}

/** The Catmull-Rom curve through the cells' centres, at the centre of a finer cell. */
function cubicAt(cells: Float32Array, finer: number): number {
  const position = (finer + 0.5) / FINER - 0.5;
  const left = Math.floor(position);
  const t = position - left;
  const at = (index: number): number => cells[Math.min(cells.length - 1, Math.max(0, index))] ?? 0;
  const [a, b, c, d] = [at(left - 1), at(left), at(left + 1), at(left + 2)];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/**
 * Squashes a picture to the square that the network looks at, as the command line does.
 *
 * A browser's own shrinking differs from browser to browser, and a difference of a few levels
 * moves a likeness by more than 0.01. So pictures are shrunk here, in Pillow's steps and rounding
 * where it rounds: whole blocks first, then the antialiased triangle filter.
 * Source: `Image.resize` with `reducing_gap` and `ImagingResample` of Pillow, 8 bits, BILINEAR.
 */

import { Reduce, type Rows } from "./reduce";

const PRECISION_BITS = 22; // 32 bits, less 8 of a channel, less 2 of headroom
const HALF = 1 << (PRECISION_BITS - 1);

/** Blocks are averaged as long as this many times the wanted size is left. */
const REDUCING_GAP = 3;

/** A JPEG is shrunk to a half, a quarter or an eighth as long as this many times is left. */
const DRAFT_MARGIN = 2;

/** For each output, which inputs it is made of and how much of each. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [outputs, stride], fixed point. */
  readonly parts: Int32Array;
  readonly stride: number;
}

/** What the picture was before it was decoded. */
export interface Origin {
  /** A JPEG: the command line has its decoder shrink it, which is much like averaging blocks. */
  readonly jpeg?: boolean;
  /** Stored on its side and turned upright since. */
  readonly turned?: boolean;
}

/** Shrinks a picture to a square, its rows given from the top in strips of any height. */
export interface Squash extends Rows {
  /** The square: RGB [side, side, 3]. */
  finish(): Uint8Array;
}

/** Make what squashes a picture of some size; all of its rows must be pushed. */
export function squash(
  widthPx: number,
  heightPx: number,
  sidePx: number,
  { jpeg = false, turned = false }: Origin = {},
): Squash {
  const steps: [number, number][] = [];
  const draft = jpeg ? draftFactor(Math.min(widthPx, heightPx) / (DRAFT_MARGIN * sidePx)) : 1;
  if (draft > 1) steps.push([draft, draft]);
  const across = Math.trunc(widthPx / draft / sidePx / REDUCING_GAP) || 1;
  const down = Math.trunc(heightPx / draft / sidePx / REDUCING_GAP) || 1;
  if (across > 1 || down > 1) steps.push([across, down]);

  const sizes: [number, number][] = [[widthPx, heightPx]];
  for (const [stepAcross, stepDown] of steps) {
    const [width, height] = sizes.at(-1)!;
    sizes.push([Math.ceil(width / stepAcross), Math.ceil(height / stepDown)]);
  }
  const [width, height] = sizes.at(-1)!;
  // A side of 1333 in blocks of 4 is 333.25 of 334 pixels: the rest is the edge's padding.
  const horizontal = { pixels: width, used: widthPx / draft / across, outputs: sidePx };
  const vertical = { pixels: height, used: heightPx / draft / down, outputs: sidePx };
  const last = downFirst(width, height, sidePx, turned)
    ? new DownFirst(horizontal, vertical)
    : new AcrossFirst(horizontal, vertical);
  let first: Rows = last;
  for (let index = steps.length - 1; index >= 0; index--) {
    first = new Reduce(...sizes[index]!, ...steps[index]!, first);
  }
  return {
    push: (pixels, step, rows) => first.push(pixels, step, rows),
    finish: () => last.finish(),
  };
}

/** 8, 4, 2 or 1: the largest that is not more than there is room for. */
function draftFactor(room: number): number {
  return [8, 4, 2].find((factor) => factor <= room) ?? 1;
}

/** Both passes round, so their order shows: it is Pillow's, which takes the cheaper one first. */
function downFirst(width: number, height: number, sidePx: number, turned: boolean): boolean {
  const tall = (w: number, h: number): boolean => h > sidePx && h - sidePx > 2 * (w - sidePx);
  return turned ? !tall(height, width) : tall(width, height);
}

/** A side of the picture: how many pixels there are, how many of them count, and the outputs. */
interface Side {
  readonly pixels: number;
  readonly used: number;
  readonly outputs: number;
}

class AcrossFirst implements Squash {
  private readonly across: Weights;
  private readonly down: DownPass;
  private readonly narrow: Uint8Array;

  constructor(
    private readonly horizontal: Side,
    vertical: Side,
  ) {
    this.across = weights(horizontal);
    this.down = new DownPass(horizontal.outputs, vertical);
    this.narrow = new Uint8Array(horizontal.outputs * 3);
  }

  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void {
    const length = this.horizontal.pixels * step;
    for (let row = 0; row < rows; row++) {
      passAcross(pixels, step, row * length, this.across, this.narrow, 0);
      this.down.push(this.narrow, 3, 1);
    }
  }

  finish(): Uint8Array {
    return this.down.finish();
  }
}

class DownFirst implements Squash {
  private readonly down: DownPass;

  constructor(
    private readonly horizontal: Side,
    private readonly vertical: Side,
  ) {
    this.down = new DownPass(horizontal.pixels, vertical);
  }

  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void {
    this.down.push(pixels, step, rows);
  }

  finish(): Uint8Array {
    const { pixels, outputs } = this.horizontal;
    const across = weights(this.horizontal);
    const low = this.down.finish();
    const square = new Uint8Array(this.vertical.outputs * outputs * 3);
    for (let row = 0; row < this.vertical.outputs; row++) {
      passAcross(low, 3, row * pixels * 3, across, square, row * outputs * 3);
    }
    return square;
  }
}

/** Resize one row: from `start` in some pixels, RGB from `to` in the target. */
function passAcross(
  pixels: Uint8Array | Uint8ClampedArray,
  step: number,
  start: number,
  { first, count, parts, stride }: Weights,
  target: Uint8Array,
  to: number,
): void {
  for (let x = 0; x < first.length; x++, to += 3) {
    let from = start + first[x]! * step;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    const end = x * stride + count[x]!;
    for (let part = x * stride; part < end; part++, from += step) {
      const weight = parts[part]!;
      red = (red + pixels[from]! * weight) | 0;
      green = (green + pixels[from + 1]! * weight) | 0;
      blue = (blue + pixels[from + 2]! * weight) | 0;
    }
    // Weights are not negative and sum to 1, so nothing leaves 0 to 255.
    target[to] = red >> PRECISION_BITS;
    target[to + 1] = green >> PRECISION_BITS;
    target[to + 2] = blue >> PRECISION_BITS;
  }
}

/** Resizes every column, its rows given from the top. */
class DownPass {
  private readonly down: Weights;
  private readonly sums: Int32Array;
  private row = 0;
  /** The first output that rows to come may still add to. */
  private open = 0;

  constructor(
    private readonly widthPx: number,
    side: Side,
  ) {
    this.down = weights(side);
    this.sums = new Int32Array(side.outputs * widthPx * 3).fill(HALF);
  }

  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void {
    const { first, count, parts, stride } = this.down;
    const outputs = first.length;
    for (let index = 0; index < rows; index++, this.row++) {
      while (this.open < outputs && first[this.open]! + count[this.open]! <= this.row) {
        this.open += 1;
      }
      for (let y = this.open; y < outputs && first[y]! <= this.row; y++) {
        this.add(y, parts[y * stride + this.row - first[y]!]!, pixels, step, index);
      }
    }
  }

  /** RGB [outputs, width, 3]. */
  finish(): Uint8Array {
    return Uint8Array.from(this.sums, (sum) => sum >> PRECISION_BITS);
  }

  private add(
    y: number,
    weight: number,
    pixels: Uint8Array | Uint8ClampedArray,
    step: number,
    row: number,
  ): void {
    const { sums, widthPx } = this;
    let to = y * widthPx * 3;
    let from = row * widthPx * step;
    for (let x = 0; x < widthPx; x++) {
      sums[to] = sums[to]! + pixels[from]! * weight;
      sums[to + 1] = sums[to + 1]! + pixels[from + 1]! * weight;
      sums[to + 2] = sums[to + 2]! + pixels[from + 2]! * weight;
      to += 3;
      from += step;
    }
  }
}

function weights({ pixels: inputs, used, outputs }: Side): Weights {
  const scale = used / outputs;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const parts = new Int32Array(outputs * stride);
  const exact = new Float64Array(stride);
  for (let output = 0; output < outputs; output++) {
    const centre = (output + 0.5) * scale;
    const begin = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), inputs);
    let sum = 0;
    for (let input = begin; input < end; input++) {
      const weight = Math.max(0, 1 - Math.abs((input - centre + 0.5) / support));
      exact[input - begin] = weight;
      sum += weight;
    }
    first[output] = begin;
    count[output] = end - begin;
    for (let i = 0; i < end - begin; i++) {
      parts[output * stride + i] = Math.trunc(0.5 + (exact[i]! / sum) * (1 << PRECISION_BITS));
    }
  }
  return { first, count, parts, stride };
}

/**
 * The antialiased triangle filter that the network itself and the command line use.
 *
 * A browser's own shrinking differs from browser to browser, and a difference of a few levels
 * moves a likeness by more than 0.01. So pictures are shrunk here, rounding where Pillow rounds.
 * Source: `ImagingResample` of Pillow, 8 bits a channel, BILINEAR.
 */

const PRECISION_BITS = 22; // 32 bits, less 8 of a channel, less 2 of headroom
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output, which inputs it is made of and how much of each. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [outputs, stride], fixed point. */
  readonly parts: Int32Array;
  readonly stride: number;
}

/** Shrinks a picture to a square, its rows given from the top in strips of any height. */
export interface Squash {
  /** Take the next rows: RGBA, opaque. */
  push(rgba: Uint8ClampedArray, rows: number): void;
  /** The square: RGB [side, side, 3]. */
  finish(): Uint8Array;
}

/** Both passes round, so their order shows: it is Pillow's, which takes the cheaper one first. */
export function squash(widthPx: number, heightPx: number, sidePx: number): Squash {
  const tall = heightPx > sidePx && heightPx - sidePx > 2 * (widthPx - sidePx);
  return tall ? new DownFirst(widthPx, heightPx, sidePx) : new AcrossFirst(widthPx, heightPx, sidePx);
}

class AcrossFirst implements Squash {
  private readonly across: Weights;
  /** The picture as wide as the square already, still of full height: RGB. */
  private readonly narrow: Uint8Array;
  private rows = 0;

  constructor(
    private readonly widthPx: number,
    private readonly heightPx: number,
    private readonly sidePx: number,
  ) {
    this.across = weights(widthPx, sidePx);
    this.narrow = new Uint8Array(heightPx * sidePx * 3);
  }

  push(rgba: Uint8ClampedArray, rows: number): void {
    const { widthPx, sidePx, narrow } = this;
    const to = this.rows * sidePx * 3;
    passAcross({ pixels: rgba, step: 4, widthPx, rows }, this.across, narrow.subarray(to));
    this.rows += rows;
  }

  finish(): Uint8Array {
    const { heightPx, sidePx, narrow } = this;
    const down = new DownPass(sidePx, heightPx, sidePx);
    down.push(narrow, 3, heightPx);
    return down.finish();
  }
}

class DownFirst implements Squash {
  private readonly down: DownPass;

  constructor(
    private readonly widthPx: number,
    heightPx: number,
    private readonly sidePx: number,
  ) {
    this.down = new DownPass(widthPx, heightPx, sidePx);
  }

  push(rgba: Uint8ClampedArray, rows: number): void {
    this.down.push(rgba, 4, rows);
  }

  finish(): Uint8Array {
    const { widthPx, sidePx } = this;
    const square = new Uint8Array(sidePx * sidePx * 3);
    const source = { pixels: this.down.finish(), step: 3, widthPx, rows: sidePx };
    passAcross(source, weights(widthPx, sidePx), square);
    return square;
  }
}

interface Rows {
  readonly pixels: Uint8Array | Uint8ClampedArray;
  /** Bytes from a pixel to the next: 3 or 4; the first three are red, green and blue. */
  readonly step: number;
  readonly widthPx: number;
  readonly rows: number;
}

/** Resize every row: RGB, row by row. */
function passAcross(source: Rows, across: Weights, target: Uint8Array): void {
  const { pixels, step, widthPx, rows } = source;
  const { first, count, parts, stride } = across;
  const outputs = first.length;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * widthPx * step;
    for (let x = 0; x < outputs; x++) {
      let from = start + first[x]! * step;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * stride + count[x]!;
      for (let part = x * stride; part < end; part++) {
        const weight = parts[part]!;
        red = (red + pixels[from]! * weight) | 0;
        green = (green + pixels[from + 1]! * weight) | 0;
        blue = (blue + pixels[from + 2]! * weight) | 0;
        from += step;
      }
      // Weights are not negative and sum to 1, so nothing leaves 0 to 255.
      target[to] = red >> PRECISION_BITS;
      target[to + 1] = green >> PRECISION_BITS;
      target[to + 2] = blue >> PRECISION_BITS;
      to += 3;
    }
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
    heightPx: number,
    private readonly outputs: number,
  ) {
    this.down = weights(heightPx, outputs);
    this.sums = new Int32Array(outputs * widthPx * 3).fill(HALF);
  }

  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void {
    const { first, count, parts, stride } = this.down;
    for (let index = 0; index < rows; index++, this.row++) {
      while (this.open < this.outputs && first[this.open]! + count[this.open]! <= this.row) {
        this.open += 1;
      }
      for (let y = this.open; y < this.outputs && first[y]! <= this.row; y++) {
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

function weights(inputs: number, outputs: number): Weights {
  const scale = inputs / outputs;
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

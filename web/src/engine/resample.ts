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

/** Shrinks a picture to a square, rows given from the top in strips of any height. */
export class Squash {
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

  /** Take the next rows: RGBA, opaque. */
  push(rgba: Uint8ClampedArray, rows: number): void {
    const { widthPx, sidePx, narrow } = this;
    const { first, count, parts, stride } = this.across;
    let to = this.rows * sidePx * 3;
    for (let row = 0; row < rows; row++) {
      const start = row * widthPx * 4;
      for (let x = 0; x < sidePx; x++) {
        let from = start + first[x]! * 4;
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        const end = x * stride + count[x]!;
        for (let part = x * stride; part < end; part++) {
          const weight = parts[part]!;
          red = (red + rgba[from]! * weight) | 0;
          green = (green + rgba[from + 1]! * weight) | 0;
          blue = (blue + rgba[from + 2]! * weight) | 0;
          from += 4;
        }
        // Weights are not negative and sum to 1, so nothing leaves 0 to 255.
        narrow[to] = red >> PRECISION_BITS;
        narrow[to + 1] = green >> PRECISION_BITS;
        narrow[to + 2] = blue >> PRECISION_BITS;
        to += 3;
      }
    }
    this.rows += rows;
  }

  /** The square: RGB [side, side, 3]. */
  finish(): Uint8Array {
    const { heightPx, sidePx, narrow } = this;
    const { first, count, parts, stride } = weights(heightPx, sidePx);
    const rowLength = sidePx * 3;
    const square = new Uint8Array(sidePx * rowLength);
    const sums = new Int32Array(rowLength);
    for (let y = 0; y < sidePx; y++) {
      sums.fill(HALF);
      for (let part = 0; part < count[y]!; part++) {
        const weight = parts[y * stride + part]!;
        const from = (first[y]! + part) * rowLength;
        for (let i = 0; i < rowLength; i++) sums[i] = sums[i]! + narrow[from + i]! * weight;
      }
      const to = y * rowLength;
      for (let i = 0; i < rowLength; i++) square[to + i] = sums[i]! >> PRECISION_BITS;
    }
    return square;
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

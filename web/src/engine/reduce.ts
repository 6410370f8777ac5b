/**
 * Shrinks by whole factors: every block of pixels becomes its mean.
 *
 * Rounds where Pillow rounds, so that large pictures come out as on the command line.
 * Source: `ImagingReduce` of Pillow.
 */

/** Something that takes a picture's rows from the top: three or four bytes a pixel, RGB first. */
export interface Rows {
  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void;
}

export class Reduce implements Rows {
  private readonly widthPx: number;
  private readonly sums: Uint32Array;
  private readonly reduced: Uint8Array;
  private row = 0;
  private summed = 0;

  constructor(
    private readonly fromWidthPx: number,
    private readonly fromHeightPx: number,
    private readonly across: number,
    private readonly down: number,
    private readonly next: Rows,
  ) {
    this.widthPx = Math.ceil(fromWidthPx / across);
    this.sums = new Uint32Array(this.widthPx * 3);
    this.reduced = new Uint8Array(this.widthPx * 3);
  }

  push(pixels: Uint8Array | Uint8ClampedArray, step: number, rows: number): void {
    for (let row = 0; row < rows; row++) {
      this.add(pixels, step, row * this.fromWidthPx * step);
      this.row += 1;
      this.summed += 1;
      if (this.summed === this.down || this.row === this.fromHeightPx) this.emit();
    }
  }

  private add(pixels: Uint8Array | Uint8ClampedArray, step: number, start: number): void {
    const { sums, across, fromWidthPx } = this;
    let from = start;
    for (let left = 0, to = 0; left < fromWidthPx; left += across, to += 3) {
      const right = Math.min(left + across, fromWidthPx);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let x = left; x < right; x++, from += step) {
        red += pixels[from]!;
        green += pixels[from + 1]!;
        blue += pixels[from + 2]!;
      }
      sums[to] = sums[to]! + red;
      sums[to + 1] = sums[to + 1]! + green;
      sums[to + 2] = sums[to + 2]! + blue;
    }
  }

  private emit(): void {
    const { sums, reduced, across, fromWidthPx, widthPx, summed } = this;
    const whole = Math.floor(fromWidthPx / across);
    this.divide(0, whole * 3, across * summed);
    if (whole < widthPx) this.divide(whole * 3, widthPx * 3, (fromWidthPx % across) * summed);
    sums.fill(0);
    this.summed = 0;
    this.next.push(reduced, 3, 1);
  }

  /** Division by multiplying: what it loses to rounding is lost there too. */
  private divide(begin: number, end: number, count: number): void {
    const multiplier = Math.trunc(Math.fround(2 ** 32 / (256 * count)));
    const half = count >> 1;
    for (let i = begin; i < end; i++) {
      this.reduced[i] = Math.imul(this.sums[i]! + half, multiplier) >>> 24;
    }
  }
}

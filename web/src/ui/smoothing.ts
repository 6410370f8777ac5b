/** Calming numbers that arrive many times a second. */

/**
 * Exponential smoothing in time, not in frames: a slow phone and a quick desktop come to rest
 * equally fast.
 */
export class Smoother {
  private values: Float32Array | null = null;
  private lastMs = 0;

  /** `settleMs`: after this long, 63 % of a sudden change is shown. */
  constructor(private readonly settleMs: number) {}

  /** Take in new values as of `nowMs` and return the smoothed ones, which stay this object's own. */
  next(values: Float32Array, nowMs: number): Float32Array {
    if (this.values?.length !== values.length) {
      this.values = values.slice();
    } else {
      const share = 1 - Math.exp(-Math.max(0, nowMs - this.lastMs) / this.settleMs);
      for (let index = 0; index < values.length; index += 1) {
        const old = this.values[index] ?? 0;
        this.values[index] = old + share * ((values[index] ?? 0) - old);
      }
    }
    this.lastMs = nowMs;
    return this.values;
  }

  /** Forget: the next values are shown as they are. */
  reset(): void {
    this.values = null;
  }
}

/**
 * Softmax regression on few pictures: the linear layer that fits them best while staying small.
 *
 * The weights of the best layer are sums of the pictures' own features, so the search runs over one
 * number a picture and label instead of one a feature: a hundred pictures take a few milliseconds.
 */

/** Rows of equal length, one behind the other. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Shares of each picture in the layer's weights [N, L], and the bias [L]. */
export interface Layer {
  readonly shares: Float32Array;
  readonly bias: Float32Array;
}

const STEPS = 400;
const ARRIVED = 1e-5;
/** Keeps a bias from running away where a label has few pictures. */
const BIAS_PENALTY = 1e-3;

/** Inner products [N, N] of the rows. */
export function gram({ rows, columns, values }: Table): Float32Array {
  const products = new Float32Array(rows * rows);
  for (let one = 0; one < rows; one += 1) {
    for (let other = 0; other <= one; other += 1) {
      let sum = 0;
      for (let k = 0; k < columns; k += 1) {
        sum += (values[one * columns + k] ?? 0) * (values[other * columns + k] ?? 0);
      }
      products[one * rows + other] = sum;
      products[other * rows + one] = sum;
    }
  }
  return products;
}

/**
 * Minimise the mean of -log(share of the true label) + penalty / 2 * |weights|^2 over some rows.
 *
 * `products` are those of all rows, whose mean squared length must be about 1; rows that are not
 * `used` keep out of it. Nesterov's accelerated gradient, begun again whenever it overshoots.
 */
export function fitLayer(
  products: Float32Array,
  targets: readonly number[],
  used: readonly number[],
  labelCount: number,
  penalty: number,
): Layer {
  const rows = targets.length;
  const size = used.length;
  let shares = new Float32Array(rows * labelCount);
  let bias = new Float32Array(labelCount);
  let aheadShares = shares.slice();
  let aheadBias = bias.slice();
  const step = 1 / (1 + penalty); // one over the steepest that the loss can bend
  let momentum = 1;
  for (let count = 0; count < STEPS; count += 1) {
    const residuals = misses(products, { shares: aheadShares, bias: aheadBias }, targets, used);
    const nextShares = aheadShares.slice();
    const nextBias = aheadBias.slice();
    let moved = 0;
    let turned = 0;
    for (const row of used) {
      for (let label = 0; label < labelCount; label += 1) {
        const at = row * labelCount + label;
        const miss = (residuals[at] ?? 0) / size;
        nextShares[at] = (aheadShares[at] ?? 0) - step * (miss + penalty * (aheadShares[at] ?? 0));
        nextBias[label] = (nextBias[label] ?? 0) - step * miss;
      }
    }
    for (let label = 0; label < labelCount; label += 1) {
      nextBias[label] = (nextBias[label] ?? 0) - step * BIAS_PENALTY * (aheadBias[label] ?? 0);
    }
    for (let at = 0; at < nextShares.length; at += 1) {
      const change = (nextShares[at] ?? 0) - (shares[at] ?? 0);
      moved = Math.max(moved, Math.abs(change));
      turned += ((aheadShares[at] ?? 0) - (nextShares[at] ?? 0)) * change;
    }
    const next = turned > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const speed = turned > 0 ? 0 : (momentum - 1) / next;
    aheadShares = nextShares.map((value, at) => value + speed * (value - (shares[at] ?? 0)));
    aheadBias = nextBias.map((value, at) => value + speed * (value - (bias[at] ?? 0)));
    [shares, bias, momentum] = [nextShares, nextBias, next];
    if (moved * size < ARRIVED) break;
  }
  return { shares, bias };
}

/** Logits [N, L] of all rows. */
export function layerLogits(products: Float32Array, layer: Layer, rows: number): Float32Array {
  const labels = layer.bias.length;
  const logits = new Float32Array(rows * labels);
  const parts = [...Array(rows).keys()].filter((row) =>
    layer.shares.subarray(row * labels, (row + 1) * labels).some((share) => share !== 0),
  );
  for (let row = 0; row < rows; row += 1) {
    for (let label = 0; label < labels; label += 1) {
      let sum = layer.bias[label] ?? 0;
      for (const part of parts) {
        sum += (products[row * rows + part] ?? 0) * (layer.shares[part * labels + label] ?? 0);
      }
      logits[row * labels + label] = sum;
    }
  }
  return logits;
}

/** Numbers that add up to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** By how much each used row's shares miss its label: what the logits must be moved against. */
function misses(
  products: Float32Array,
  layer: Layer,
  targets: readonly number[],
  used: readonly number[],
): Float32Array {
  const labels = layer.bias.length;
  const logits = layerLogits(products, layer, targets.length);
  const residuals = new Float32Array(logits.length);
  for (const row of used) {
    const shares = softmax(logits.subarray(row * labels, (row + 1) * labels));
    for (let label = 0; label < labels; label += 1) {
      const wanted = targets[row] === label ? 1 : 0;
      residuals[row * labels + label] = (shares[label] ?? 0) - wanted;
    }
  }
  return residuals;
}

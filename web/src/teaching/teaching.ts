/** Teaching a head from a few embeddings: how strong the penalty, how sure the answers. */

import type { EmbeddingModel, TaughtHead } from "./head";
import { fitLayer, gram, layerLogits, softmax } from "./softmax";
import type { Table } from "./softmax";

/** One picture: its embedding, and the number of its label. */
export interface Example {
  readonly embedding: Float32Array;
  readonly label: number;
}

/** How the head did on pictures that were held back from it. */
export interface HeldBack {
  readonly right: number;
  readonly of: number;
}

export interface Lesson {
  readonly head: TaughtHead;
  readonly heldBack: HeldBack;
}

export interface Subject {
  readonly name: string;
  readonly labels: readonly string[];
  readonly model: EmbeddingModel;
}

/** Strengths of the regularisation that are tried. */
const PENALTIES = [0.3, 0.1, 0.03, 0.01, 0.003];
const MOST_FOLDS = 5;
/** Pictures a label without which nothing can be held back. */
export const LEAST_PICTURES = 2;

/**
 * Teach a head.
 *
 * The penalty and the temperature are those that serve held-back pictures best; the head itself is
 * then taught on all. Needs two labels with `LEAST_PICTURES` pictures each.
 */
export async function teach(examples: readonly Example[], subject: Subject): Promise<Lesson> {
  const targets = examples.map(({ label }) => label);
  const { table, mean, scale } = centred(examples);
  const products = gram(table);
  const judged = await judge(products, targets, subject.labels.length);
  const everything = [...targets.keys()];
  const { penalty, temperature } = judged;
  const layer = fitLayer(products, targets, everything, subject.labels.length, penalty);
  const labels = subject.labels.length;
  const dim = table.columns;
  const weights = new Float32Array(labels * dim);
  const bias = new Float32Array(labels);
  for (let label = 0; label < labels; label += 1) {
    let shift = 0;
    for (let k = 0; k < dim; k += 1) {
      let weight = 0;
      for (const row of everything) {
        weight += (layer.shares[row * labels + label] ?? 0) * (table.values[row * dim + k] ?? 0);
      }
      weights[label * dim + k] = weight / scale / temperature;
      shift += (weights[label * dim + k] ?? 0) * (mean[k] ?? 0);
    }
    bias[label] = (layer.bias[label] ?? 0) / temperature - shift;
  }
  const head: TaughtHead = {
    ...subject,
    weights,
    bias,
    noneRule: null, // a few pictures say nothing of what strangers look like
    created: new Date().toISOString().slice(0, 10),
    training: {
      pictures: Object.fromEntries(subject.labels.map((name, label) => [name, count(targets, label)])),
      method: "softmax regression in the browser",
      penalty,
      temperature,
    },
    figures: {
      accuracy: { value: judged.heldBack.right / judged.heldBack.of, ...judged.heldBack },
      judged_by: `pictures held back, ${judged.folds} folds`,
    },
  };
  return { head, heldBack: judged.heldBack };
}

interface Centred {
  readonly table: Table;
  readonly mean: Float32Array;
  readonly scale: number;
}

/** The embeddings seen from their middle, at a mean squared length of 1. */
function centred(examples: readonly Example[]): Centred {
  const rows = examples.length;
  const columns = examples[0]?.embedding.length ?? 0;
  const mean = new Float32Array(columns);
  for (const { embedding } of examples) {
    for (let k = 0; k < columns; k += 1) mean[k] = (mean[k] ?? 0) + (embedding[k] ?? 0) / rows;
  }
  const values = new Float32Array(rows * columns);
  let square = 0;
  examples.forEach(({ embedding }, row) => {
    for (let k = 0; k < columns; k += 1) {
      const value = (embedding[k] ?? 0) - (mean[k] ?? 0);
      values[row * columns + k] = value;
      square += (value * value) / rows;
    }
  });
  const scale = Math.sqrt(square) || 1;
  return { table: { rows, columns, values: values.map((value) => value / scale) }, mean, scale };
}

interface Judged {
  readonly penalty: number;
  readonly temperature: number;
  readonly heldBack: HeldBack;
  readonly folds: number;
}

/** Hold back each fold in turn, under each penalty. */
async function judge(
  products: Float32Array,
  targets: readonly number[],
  labels: number,
): Promise<Judged> {
  const counts = Array.from({ length: labels }, (_, label) => count(targets, label));
  const folds = Math.max(LEAST_PICTURES, Math.min(MOST_FOLDS, ...counts));
  const fold = foldsOf(targets, folds);
  let best: Judged | null = null;
  let bestLoss = Infinity;
  for (const penalty of PENALTIES) {
    const logits = new Float32Array(targets.length * labels);
    for (let held = 0; held < folds; held += 1) {
      const used = [...targets.keys()].filter((row) => fold[row] !== held);
      const layer = fitLayer(products, targets, used, labels, penalty);
      const all = layerLogits(products, layer, targets.length);
      for (const row of targets.keys()) {
        if (fold[row] !== held) continue;
        logits.set(all.subarray(row * labels, (row + 1) * labels), row * labels);
      }
    }
    const { temperature, loss } = calibrate(logits, targets, counts);
    if (loss < bestLoss) {
      bestLoss = loss;
      best = { penalty, temperature, heldBack: rightOf(logits, targets, labels), folds };
    }
    await new Promise((next) => setTimeout(next)); // let the page breathe
  }
  if (best === null) throw new Error("no penalty gave finite numbers");
  return best;
}

function count(targets: readonly number[], label: number): number {
  return targets.filter((target) => target === label).length;
}

/** The fold of each picture: those of a label are dealt out in turn. */
function foldsOf(targets: readonly number[], folds: number): number[] {
  const dealt = new Map<number, number>();
  return targets.map((label) => {
    const number = dealt.get(label) ?? 0;
    dealt.set(label, number + 1);
    return number % folds;
  });
}

function rightOf(logits: Float32Array, targets: readonly number[], labels: number): HeldBack {
  const right = targets.filter((target, row) => {
    const own = logits.subarray(row * labels, (row + 1) * labels);
    return own.every((logit, label) => label === target || logit < (own[target] ?? 0));
  }).length;
  return { right, of: targets.length };
}

/**
 * The temperature under which held-back answers are as sure as they should be.
 *
 * Labels are softened by how few pictures they rest on, so that five right answers of five do not
 * make a head certain. Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines".
 */
function calibrate(
  logits: Float32Array,
  targets: readonly number[],
  counts: readonly number[],
): { temperature: number; loss: number } {
  const labels = counts.length;
  const lossAt = (temperature: number): number => {
    let loss = 0;
    targets.forEach((target, row) => {
      const own = logits.subarray(row * labels, (row + 1) * labels);
      const shares = softmax(own.map((logit) => logit / temperature));
      const pictures = counts[target] ?? 0;
      shares.forEach((share, label) => {
        const wanted = ((label === target ? pictures : 0) + 1) / (pictures + labels);
        loss -= (wanted * Math.log(Math.max(share, 1e-12))) / targets.length;
      });
    });
    return loss;
  };
  let best = { temperature: 1, loss: Infinity };
  for (let power = -30; power <= 30; power += 1) {
    const temperature = Math.exp(power / 10);
    const loss = lossAt(temperature);
    if (loss < best.loss) best = { temperature, loss };
  }
  return best;
}

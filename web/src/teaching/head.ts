/** A taught head: labels read off an embedding by one linear layer, as `domain/taught_head.py`. */

import { softmax } from "./softmax";

/** What no label may be called, since it is a head's own answer. */
export const NONE_OF_THESE = "none of these";

/** When a head says "none of these": far from all its labels, and unsure between them. */
export interface NoneRule {
  /** Unit vectors [L, D]. */
  readonly centroids: Float32Array;
  readonly nearWeight: number;
  readonly sureWeight: number;
  readonly offset: number;
  readonly knownKept: number;
  readonly unknownCaught: number;
}

export interface EmbeddingModel {
  readonly label: string;
  readonly sha256: string;
  readonly embeddingDim: number;
}

export interface TaughtHead {
  readonly name: string;
  readonly labels: readonly string[];
  readonly model: EmbeddingModel;
  /** [L, D]; the calibration is in them. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly noneRule: NoneRule | null;
  /** The day it was taught, `YYYY-MM-DD`. */
  readonly created: string;
  readonly training: Readonly<Record<string, unknown>>;
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly label: string;
  readonly score: number;
}

/** Each label's score, and that of "none of these" if the head can say so; they add up to 1. */
export function answers(head: TaughtHead, embedding: Float32Array): Answer[] {
  const along = project(head.weights, embedding);
  const shares = softmax(along.map((value, label) => value + (head.bias[label] ?? 0)));
  const none = head.noneRule ? noneProbability(head.noneRule, embedding, shares) : 0;
  const found = head.labels.map((label, place) => ({ label, score: (shares[place] ?? 0) * (1 - none) }));
  return head.noneRule ? [...found, { label: NONE_OF_THESE, score: none }] : found;
}

function noneProbability(rule: NoneRule, embedding: Float32Array, shares: readonly number[]): number {
  const near = Math.max(...project(rule.centroids, embedding));
  const sure = Math.log(Math.max(...shares, 1e-12));
  return 1 / (1 + Math.exp(-(rule.offset + rule.nearWeight * near + rule.sureWeight * sure)));
}

/** Inner products of each row with the embedding. */
function project(rows: Float32Array, embedding: Float32Array): number[] {
  const products: number[] = [];
  for (let start = 0; start < rows.length; start += embedding.length) {
    let sum = 0;
    for (let k = 0; k < embedding.length; k += 1) sum += (rows[start + k] ?? 0) * (embedding[k] ?? 0);
    products.push(sum);
  }
  return products;
}

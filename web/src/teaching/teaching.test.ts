import { expect, it } from "vitest";

import { NONE_OF_THESE, answers } from "./head";
import type { TaughtHead } from "./head";
import { fitLayer, gram, layerLogits, softmax } from "./softmax";
import { teach } from "./teaching";
import type { Example } from "./teaching";
import { pack, unpack } from "./zip";

const DIM = 24;

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** Unit vectors around a middle for each label. */
function examples(each: number, labels: number, spread: number): Example[] {
  const random = numbers(7);
  const middles = Array.from({ length: labels }, () => Array.from({ length: DIM }, random));
  return middles.flatMap((middle, label) =>
    Array.from({ length: each }, () => {
      const raw = middle.map((value) => value + spread * random());
      const length = Math.hypot(...raw);
      return { embedding: Float32Array.from(raw, (value) => value / length), label };
    }),
  );
}

const subject = (labels: readonly string[]) => ({
  name: "test",
  labels,
  model: { label: "model 1", sha256: "0".repeat(64), embeddingDim: DIM },
});

it("tells labels apart that stand apart", async () => {
  const all = examples(6, 3, 0.6);
  const { head, heldBack } = await teach(all, subject(["a", "b", "c"]));
  expect(heldBack).toEqual({ right: 18, of: 18 });
  for (const { embedding, label } of all) {
    const found = answers(head, embedding);
    expect(found.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    expect([...found].sort((one, other) => other.score - one.score)[0]!.label).toBe("abc"[label]);
  }
});

it("is not sure of labels that are dealt at random", async () => {
  const shuffled = examples(20, 2, 1).map(({ embedding }, place) => ({
    embedding,
    label: Math.floor(place / 2) % 2,
  }));
  const { head, heldBack } = await teach(shuffled, subject(["a", "b"]));
  expect(heldBack.right).toBeLessThan(30);
  for (const { embedding } of shuffled) {
    expect(Math.max(...answers(head, embedding).map(({ score }) => score))).toBeLessThan(0.9);
  }
});

it("finds the layer at which the loss is flat", () => {
  const all = examples(5, 3, 1);
  const values = Float32Array.from(all.flatMap(({ embedding }) => Array.from(embedding)));
  const targets = all.map(({ label }) => label);
  const used = [...targets.keys()];
  const products = gram({ rows: all.length, columns: DIM, values });
  const penalty = 0.1;
  const layer = fitLayer(products, targets, used, 3, penalty);
  const logits = layerLogits(products, layer, all.length);
  for (const row of used) {
    const shares = softmax(logits.subarray(3 * row, 3 * row + 3));
    for (let label = 0; label < 3; label += 1) {
      const miss = (shares[label]! - (targets[row] === label ? 1 : 0)) / all.length;
      expect(miss + penalty * layer.shares[3 * row + label]!).toBeCloseTo(0, 4);
    }
  }
});

it("answers as the formula says, none of these included", () => {
  const embedding = Float32Array.of(0.6, 0.8);
  const head: TaughtHead = {
    ...subject(["a", "b"]),
    model: { label: "model 1", sha256: "0".repeat(64), embeddingDim: 2 },
    weights: Float32Array.of(1, 0, 0, 1),
    bias: Float32Array.of(0.5, 0),
    noneRule: {
      centroids: Float32Array.of(1, 0, 0, 1),
      nearWeight: -2,
      sureWeight: -1,
      offset: 1,
      knownKept: 0.9,
      unknownCaught: 0.5,
    },
    created: "2026-01-31",
    training: {},
    figures: {},
  };
  const a = Math.exp(1.1) / (Math.exp(1.1) + Math.exp(0.8));
  const none = 1 / (1 + Math.exp(-(1 - 2 * 0.8 - Math.log(a))));
  const found = answers(head, embedding);
  expect(found.map(({ label }) => label)).toEqual(["a", "b", NONE_OF_THESE]);
  [a * (1 - none), (1 - a) * (1 - none), none].forEach((wanted, place) => {
    expect(found[place]!.score).toBeCloseTo(wanted, 5);
  });
});

it("packs what it can unpack, and nothing too large", async () => {
  const content = new TextEncoder().encode("läuft");
  const blob = pack(new Map([["folder/one.txt", content]]));
  const archive = new Uint8Array(await blob.arrayBuffer());
  const files = await unpack(archive, ["one.txt", "two.txt"], 100);
  expect(new TextDecoder().decode(files!.get("one.txt"))).toBe("läuft");
  expect(files!.size).toBe(1);
  expect(await unpack(archive, ["one.txt"], 3)).toBeNull();
  expect(await unpack(archive.slice(0, 40), ["one.txt"], 100)).toBeNull();
});

/**
 * A head as a file: `head.json` and `head.safetensors` in a ZIP, the very files that the command
 * line keeps in a head's folder. Unpacked into a folder, `animeter classify --head FOLDER` reads it.
 */

import type { EmbeddingModel, NoneRule, TaughtHead } from "./head";
import { pack, unpack } from "./zip";
import type { Files } from "./zip";

const SPEC = "head.json";
const WEIGHTS = "head.safetensors";
const MOST_BYTES = 64 * 2 ** 20;

/** Why a file is no head that this page can use. */
export class HeadFileError extends Error {
  override readonly name = "HeadFileError";
}

/** Write a head as a ZIP with a folder of its name. Needs a secure address, for the checksum. */
export async function writeHead(head: TaughtHead): Promise<Blob> {
  const weights = writeTensors(head);
  const rule = head.noneRule;
  const spec = {
    format_version: 1,
    name: head.name,
    labels: head.labels,
    model: {
      label: head.model.label,
      sha256: head.model.sha256,
      embedding_dim: head.model.embeddingDim,
    },
    none_rule: rule && {
      near_weight: rule.nearWeight,
      sure_weight: rule.sureWeight,
      offset: rule.offset,
      known_kept: rule.knownKept,
      unknown_caught: rule.unknownCaught,
    },
    created: head.created,
    training: head.training,
    figures: head.figures,
    sha256: await sha256(weights),
  };
  const text = new TextEncoder().encode(`${JSON.stringify(spec, null, 2)}\n`);
  return pack(
    new Map([
      [`${head.name}/${SPEC}`, text],
      [`${head.name}/${WEIGHTS}`, weights],
    ]),
  );
}

/**
 * Read a head from a ZIP, or from its two files.
 *
 * Rejects with a `HeadFileError` for whatever is no head, or a damaged one.
 */
export async function readHead(given: readonly File[]): Promise<TaughtHead> {
  const files = await collect(given);
  const [text, weights] = [files.get(SPEC), files.get(WEIGHTS)];
  if (!text || !weights) throw new HeadFileError(`wanted ${SPEC} and ${WEIGHTS}`);
  const spec = parse(text);
  if (spec["format_version"] !== 1) throw new HeadFileError("of another form than this page's");
  if (spec["sha256"] !== (await sha256(weights))) throw new HeadFileError(`${WEIGHTS} was changed`);
  const labels = spec["labels"];
  if (!Array.isArray(labels) || labels.length < 2 || !labels.every((each) => typeof each === "string")) {
    throw new HeadFileError("no labels");
  }
  const model = modelOf(object(spec["model"]));
  const { tensors, said } = readTensors(weights);
  if (JSON.stringify(labels) !== JSON.stringify(parseJson(said["labels"])) || said["model_sha256"] !== model.sha256) {
    throw new HeadFileError("the two files belong to different heads");
  }
  return {
    name: string(spec["name"]),
    labels,
    model,
    weights: tensor(tensors, "weights", labels.length * model.embeddingDim),
    bias: tensor(tensors, "bias", labels.length),
    noneRule: spec["none_rule"] ? ruleOf(object(spec["none_rule"]), tensors, labels.length * model.embeddingDim) : null,
    created: string(spec["created"]),
    training: object(spec["training"] ?? {}),
    figures: object(spec["figures"] ?? {}),
  };
}

async function collect(given: readonly File[]): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of given) {
    if (file.size > MOST_BYTES) throw new HeadFileError(`${file.name} is too large`);
    const content = new Uint8Array(await file.arrayBuffer());
    if (file.name === SPEC || file.name === WEIGHTS) {
      files.set(file.name, content);
      continue;
    }
    const unpacked = await unpack(content, [SPEC, WEIGHTS], MOST_BYTES).catch(() => null);
    for (const [name, inside] of unpacked ?? []) files.set(name, inside);
  }
  return files;
}

function modelOf(spec: Record<string, unknown>): EmbeddingModel {
  const embeddingDim = spec["embedding_dim"];
  if (typeof embeddingDim !== "number") throw new HeadFileError("no embedding_dim");
  return { label: string(spec["label"]), sha256: string(spec["sha256"]), embeddingDim };
}

function ruleOf(spec: Record<string, unknown>, tensors: Tensors, size: number): NoneRule {
  const numbers = tensor(tensors, "none_rule", 3);
  return {
    centroids: tensor(tensors, "centroids", size),
    nearWeight: numbers[0] ?? 0,
    sureWeight: numbers[1] ?? 0,
    offset: numbers[2] ?? 0,
    knownKept: Number(spec["known_kept"]),
    unknownCaught: Number(spec["unknown_caught"]),
  };
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** https://huggingface.co/docs/safetensors: the length of a JSON header, the header, the numbers. */
function writeTensors(head: TaughtHead): Uint8Array<ArrayBuffer> {
  const dim = head.model.embeddingDim;
  const table = [head.labels.length, dim];
  const tensors: [string, number[], Float32Array][] = [
    ["bias", [head.labels.length], head.bias],
    ["weights", table, head.weights],
  ];
  if (head.noneRule) {
    const { centroids, nearWeight, sureWeight, offset } = head.noneRule;
    tensors.push(["centroids", table, centroids]);
    tensors.push(["none_rule", [3], Float32Array.of(nearWeight, sureWeight, offset)]);
  }
  const header: Record<string, unknown> = {
    __metadata__: { labels: JSON.stringify(head.labels), model_sha256: head.model.sha256 },
  };
  let end = 0;
  for (const [name, shape, values] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const padding = (8 - (text.length % 8)) % 8;
  const file = new Uint8Array(8 + text.length + padding + end).fill(0x20, 8, 8 + text.length + padding);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length + padding), true);
  file.set(text, 8);
  let at = 8 + text.length + padding;
  for (const [, , values] of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

function readTensors(file: Uint8Array<ArrayBuffer>): { tensors: Tensors; said: Record<string, unknown> } {
  if (file.length < 8) throw new HeadFileError(`${WEIGHTS} is cut off`);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  if (length > file.length - 8) throw new HeadFileError(`${WEIGHTS} is cut off`);
  const header = parse(file.subarray(8, 8 + length));
  const tensors = new Map<string, Float32Array>();
  for (const [name, described] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, data_offsets: offsets } = object(described);
    if (dtype !== "F32" || !Array.isArray(offsets)) throw new HeadFileError(`${name} is not float32`);
    const [start, end] = [8 + length + Number(offsets[0]), 8 + length + Number(offsets[1])];
    if (!(start >= 8 + length && end >= start && end <= file.length && (end - start) % 4 === 0)) {
      throw new HeadFileError(`${WEIGHTS} is cut off`);
    }
    tensors.set(name, new Float32Array(file.slice(start, end).buffer));
  }
  return { tensors, said: object(header["__metadata__"] ?? {}) };
}

function tensor(tensors: Tensors, name: string, size: number): Float32Array {
  const values = tensors.get(name);
  if (values?.length !== size || !values.every(Number.isFinite)) {
    throw new HeadFileError(`${name} is missing or of another size`);
  }
  return values;
}

function parse(text: Uint8Array): Record<string, unknown> {
  return object(parseJson(new TextDecoder().decode(text)));
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw new HeadFileError("not JSON");
  }
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new HeadFileError("not of a head's form");
  return value as Record<string, unknown>;
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new HeadFileError("not of a head's form");
  return value;
}

async function sha256(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

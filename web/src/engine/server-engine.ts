/** The engine of devices that cannot run the network: the server that gave the page does it. */

import {
  EngineError,
  type Classification,
  type Engine,
  type ErrorCode,
  type ModelInfo,
  type Pixels,
  type Reading,
} from "./engine";
import { MAX_BYTES, checkFile } from "./formats";
import { fetchSpec } from "./model-files";

/** What `POST /v1/explain` answers where numbers are asked for. */
interface Explained {
  readonly classification: Classification;
  readonly activation: {
    readonly rows: number;
    readonly columns: number;
    readonly anime: readonly number[][];
    readonly cartoon: readonly number[][];
  };
  readonly embedding: readonly number[];
}

/** Camera frames are shrunk to this before they travel; the network looks at less. */
const LONGEST_FRAME_PX = 640;
const FRAME_QUALITY = 0.92;

export class ServerEngine implements Engine {
  readonly kind = "server";
  readonly detail: string;
  private started: Promise<ModelInfo> | null = null;
  private readonly given = new AbortController();
  private last: Promise<unknown> = Promise.resolve();

  /** `root` is the URL of the page's folder, and ends in a slash. */
  constructor(private readonly root: string) {
    this.detail = `${root}v1`;
  }

  load(): Promise<ModelInfo> {
    this.started ??= this.find();
    return this.started;
  }

  read(pixels: Pixels, path: string | null): Promise<Reading> {
    // One after the other: the answers keep the order of the calls, and the server its calm.
    const reading = this.last.then(() => this.ask(pixels, path));
    this.last = reading.catch(() => undefined);
    return reading;
  }

  dispose(): void {
    this.given.abort();
  }

  private async find(): Promise<ModelInfo> {
    await this.request("v1/model", {});
    return (await fetchSpec(`${this.root}model/`)).info;
  }

  private async ask(pixels: Pixels, path: string | null): Promise<Reading> {
    const began = performance.now();
    const sent = pixels instanceof Blob ? { file: pixels, size: null } : await encode(pixels);
    await checkFile(sent.file);
    const response = await this.request("v1/explain?output=numbers", {
      method: "POST",
      body: sent.file,
      headers: {
        "Content-Type": "application/octet-stream",
        Accept: "application/json",
      },
    });
    const explained = (await response.json()) as Explained;
    const { anime, cartoon, rows, columns } = explained.activation;
    return {
      classification: { ...explained.classification, path, ...sent.size },
      activation: Float32Array.from([...anime, ...cartoon].flat()),
      activationShape: [2, rows, columns],
      embedding: Float32Array.from(explained.embedding),
      milliseconds: performance.now() - began,
    };
  }

  private async request(path: string, options: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.root + path, { ...options, signal: this.given.signal });
    } catch (error) {
      if (this.given.signal.aborted) throw new EngineError("disposed", "the engine was given up");
      throw new EngineError("offline", `${this.root}${path} cannot be reached (${String(error)})`);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

interface Sent {
  readonly file: Blob;
  /** Of the picture itself, where it was shrunk on the way. */
  readonly size: { readonly width_px: number; readonly height_px: number } | null;
}

/** Pixels as a file that travels; takes a bitmap over and closes it. */
async function encode(pixels: ImageBitmap | ImageData): Promise<Sent> {
  const { width, height } = pixels;
  const bitmap = pixels instanceof ImageBitmap ? pixels : await createImageBitmap(pixels);
  const scale = Math.min(1, LONGEST_FRAME_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { alpha: false })!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const file = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", FRAME_QUALITY),
  );
  if (file === null || file.size > MAX_BYTES) {
    throw new EngineError("image_too_large", "the picture cannot be sent: it is too large");
  }
  return { file, size: { width_px: width, height_px: height } };
}

const KNOWN: readonly ErrorCode[] = [
  "empty_file",
  "unsupported_format",
  "image_too_large",
  "unreadable_image",
];

async function refusal(response: Response): Promise<EngineError> {
  let said = { code: "", message: `the server answered ${response.status}` };
  try {
    said = { ...said, ...((await response.json()) as { error: typeof said }).error };
  } catch {
    // Not one of ours: a proxy, perhaps. Its status says enough.
  }
  const known = KNOWN.find((code) => code === said.code);
  if (known !== undefined) return new EngineError(known, said.message);
  if (response.status === 503 || response.status === 429) {
    return new EngineError("busy", said.message);
  }
  if (response.status === 413) return new EngineError("image_too_large", said.message);
  return new EngineError("server_error", said.message);
}

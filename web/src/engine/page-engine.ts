/** The engine that runs in the page: a worker with the network in it. No picture leaves. */

import {
  EngineError,
  type Engine,
  type ModelInfo,
  type Pixels,
  type Progress,
  type Reading,
} from "./engine";
import { decide, sixDigits } from "./verdict";
import type { DeviceWish, FromWorker, RawReading, ToWorker } from "../worker/messages";

/** Beyond this, threads wait for each other more than they help a network of this size. */
const MOST_THREADS = 4;

interface Waiting {
  readonly path: string | null;
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: EngineError) => void;
}

export class PageEngine implements Engine {
  readonly kind = "page";
  private started: Promise<ModelInfo> | null = null;
  private worker: Worker | null = null;
  private info: ModelInfo | null = null;
  private foundDetail = "";
  private failLoading: (error: EngineError) => void = () => undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  /** Why there is no worker any more. */
  private ended = new EngineError("disposed", "the engine was given up");

  /** `modelFolder` is the URL of the folder with the bundle, and ends in a slash. */
  constructor(
    private readonly modelFolder: string,
    private readonly graphicsCard: DeviceWish["graphicsCard"] = "auto",
  ) {}

  get detail(): string {
    return this.foundDetail;
  }

  load(onProgress: (progress: Progress) => void = () => undefined): Promise<ModelInfo> {
    this.started ??= new Promise((resolve, reject) => {
      this.failLoading = reject;
      if (typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") {
        reject(new EngineError("unsupported_browser", "this browser has no workers that draw"));
        return;
      }
      this.worker = new Worker(new URL("../worker/inference.ts", import.meta.url), {
        type: "module",
        name: "animeter",
      });
      this.worker.onmessage = ({ data }: MessageEvent<FromWorker>): void => {
        if (data.kind === "progress") onProgress(data.progress);
        else if (data.kind === "load-failed") reject(new EngineError(data.code, data.message));
        else if (data.kind === "loaded") {
          this.info = data.info;
          this.foundDetail = data.detail;
          resolve(data.info);
        } else this.answer(data);
      };
      this.worker.onerror = (event): void => {
        event.preventDefault();
        this.fail(new EngineError("unsupported_browser", `the worker stopped: ${event.message}`));
      };
      const device = { threads: usableThreads(), graphicsCard: this.graphicsCard };
      this.say({ kind: "load", modelFolder: this.modelFolder, device });
    });
    return this.started;
  }

  async read(pixels: Pixels, path: string | null): Promise<Reading> {
    await this.load();
    return new Promise((resolve, reject) => {
      if (this.worker === null) {
        reject(this.ended);
        return;
      }
      const id = this.nextId++;
      this.waiting.set(id, { path, resolve, reject });
      const transfer = pixels instanceof ImageBitmap ? [pixels] : [];
      this.say({ kind: "read", id, pixels }, transfer);
    });
  }

  dispose(): void {
    this.fail(this.ended);
  }

  private answer(data: Extract<FromWorker, { id: number }>): void {
    const waiting = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if (waiting === undefined) return;
    if (data.kind === "read-failed") waiting.reject(new EngineError(data.code, data.message));
    else waiting.resolve(reading(data, waiting.path, this.info!));
  }

  private fail(error: EngineError): void {
    this.ended = error;
    this.worker?.terminate();
    this.worker = null;
    this.failLoading(error);
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }

  private say(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker!.postMessage(message, transfer);
  }
}

function reading(raw: RawReading, path: string | null, info: ModelInfo): Reading {
  return {
    classification: {
      path,
      verdict: decide(raw.anime, raw.cartoon, info.thresholds),
      anime: sixDigits(raw.anime),
      cartoon: sixDigits(raw.cartoon),
      model: info.label,
      width_px: raw.widthPx,
      height_px: raw.heightPx,
    },
    activation: raw.activation,
    activationShape: raw.activationShape,
    embedding: raw.embedding,
    milliseconds: raw.milliseconds,
  };
}

/** Threads share memory, which a browser allows only to a page that is isolated from others. */
function usableThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1));
}

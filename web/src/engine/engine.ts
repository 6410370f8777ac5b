/**
 * What reads pictures for the page, wherever the network runs: the words both sides share.
 *
 * The interface asks for pixels and gives what the command line gives, so that the page does not
 * know whether the network ran in its own worker or on a server. `open.ts` chooses.
 */

/** What a picture is called. */
export type Verdict = "anime" | "cartoon" | "both" | "neither" | "unsure";

/** A label of a taught head with its calibrated score in [0, 1]. */
export interface ScoredLabel {
  readonly label: string;
  readonly score: number;
}

/** The one JSON shape of the command line, the server and the page. */
export interface Classification {
  readonly path: string | null;
  readonly verdict: Verdict;
  /** Anime likeness in [0, 1], six digits. */
  readonly anime: number;
  /** Cartoon likeness in [0, 1], six digits; independent of `anime`. */
  readonly cartoon: number;
  /** Name and version of the model that looked. */
  readonly model: string;
  readonly width_px: number;
  readonly height_px: number;
  /** Labels of the heads that were asked for, best first; absent when none was. */
  readonly heads?: Readonly<Record<string, readonly ScoredLabel[]>>;
}

/** All that the network says of one picture. */
export interface Reading {
  readonly classification: Classification;
  /**
   * Class activation maps, float [2, h, w] row by row: anime, then cartoon. What a place adds to
   * the logit of the likeness; above zero speaks for it. Empty when the engine gives none.
   */
  readonly activation: Float32Array;
  readonly activationShape: readonly [2, number, number];
  /** L2-normalised; empty when the engine gives none. */
  readonly embedding: Float32Array;
  /** From the pixels to the reading, decoding included. */
  readonly milliseconds: number;
}

/** The thresholds of one likeness: at most `low` is absent, at least `high` is present. */
export interface Thresholds {
  readonly low: number;
  readonly high: number;
}

/** What the page says about the model that looks. */
export interface ModelInfo {
  /** Name and version: `animeter-style 0.1.0`. */
  readonly label: string;
  readonly name: string;
  readonly version: string;
  /** The day it was exported, `YYYY-MM-DD`. */
  readonly created: string;
  /** The side of the square that the network looks at. */
  readonly sizePx: number;
  readonly thresholds: { readonly anime: Thresholds; readonly cartoon: Thresholds };
  /** sha256 of `model.onnx`, which a taught head names as the model it reads; empty if unknown. */
  readonly sha256: string;
  /** Length of an embedding; 0 if the engine gives none. */
  readonly embeddingDim: number;
}

/** How far loading is; `totalBytes` is 0 as long as nobody knows. */
export interface Progress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/**
 * What a picture can be given as.
 *
 * A `Blob` is an encoded file and is decoded as the command line decodes it. An `ImageBitmap` is
 * taken over by the engine: it is closed, and must not be used afterwards.
 */
export type Pixels = Blob | ImageBitmap | ImageData;

/** Something that reads pictures. Calls are answered in the order in which they were made. */
export interface Engine {
  /** `page`: the network runs here, and no picture leaves the device. `server`: it runs there. */
  readonly kind: "page" | "server";
  /** For those who want to know: `WASM, 2 threads`, `WebGPU`, `https://host/v1`. */
  readonly detail: string;

  /**
   * Get ready. Calling it again gives the same promise.
   *
   * Rejects with an `EngineError`.
   */
  load(onProgress?: (progress: Progress) => void): Promise<ModelInfo>;

  /**
   * Read one picture.
   *
   * `path` goes into the classification as it is: a file's name, or null for a camera's frame.
   * Rejects with an `EngineError`; the engine stays usable.
   */
  read(pixels: Pixels, path: string | null): Promise<Reading>;

  /** Give back memory and threads; reads that are under way reject with code `disposed`. */
  dispose(): void;
}

/**
 * Why a picture could not be read: the codes of the command line and the server, and those that
 * only a page has.
 */
export type ErrorCode =
  | "empty_file"
  | "unsupported_format"
  | "image_too_large"
  | "unreadable_image"
  /** The model's files are missing, broken, or not those they are said to be. */
  | "bad_bundle"
  /** Neither the cache nor the network has what is needed. */
  | "offline"
  /** The server has more to do than it takes. Trying again later may help. */
  | "busy"
  /** The server refused or failed, for any other reason. */
  | "server_error"
  /** This browser cannot run the network. */
  | "unsupported_browser"
  /** The engine was given up while it read. */
  | "disposed";

/** Anything that went wrong in a way the engine foresaw; `code` is what the page translates. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

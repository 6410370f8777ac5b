/** What the page and its worker say to each other. */

import type { ErrorCode, ModelInfo, Pixels, Progress } from "../engine/engine";

export type ToWorker =
  | { readonly kind: "load"; readonly modelFolder: string; readonly device: DeviceWish }
  | { readonly kind: "read"; readonly id: number; readonly pixels: Pixels };

/** On what the network may run. */
export interface DeviceWish {
  readonly threads: number;
  /** `auto` takes it if it is there, agrees and is quick; `always` even if it is slow. */
  readonly graphicsCard: "auto" | "always" | "never";
}

export type FromWorker =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "loaded"; readonly info: ModelInfo; readonly detail: string }
  | { readonly kind: "load-failed"; readonly code: ErrorCode; readonly message: string }
  | ({ readonly kind: "read"; readonly id: number } & RawReading)
  | {
      readonly kind: "read-failed";
      readonly id: number;
      readonly code: ErrorCode;
      readonly message: string;
    };

/** A reading before words are put to it. */
export interface RawReading {
  readonly anime: number;
  readonly cartoon: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly activation: Float32Array<ArrayBuffer>;
  readonly activationShape: readonly [2, number, number];
  readonly embedding: Float32Array<ArrayBuffer>;
  readonly milliseconds: number;
}

/** Chooses what reads the pictures: the network in this page, or the server that it came from. */

import type { Engine } from "./engine";

/** The best engine for this device, loaded: check `kind` and `detail` for which it became. */
export type OpenEngine = (options?: OpenOptions) => Promise<Engine>;

export interface OpenOptions {
  /** `auto` runs in the page and falls back to the server; the others insist. */
  readonly prefer?: "auto" | "page" | "server";
  readonly onProgress?: (progress: { loadedBytes: number; totalBytes: number }) => void;
}

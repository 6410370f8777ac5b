/** Chooses what reads the pictures: the network in this page, or the server that it came from. */

import { EngineError, type Engine, type Progress } from "./engine";
import { PageEngine } from "./page-engine";
import { ServerEngine } from "./server-engine";

export { FrameSquasher } from "./frame";

export type Preference = "auto" | "page" | "server";

export interface OpenOptions {
  /**
   * `auto` runs in the page and falls back to the server; the others insist. Unless given, the
   * page's address may say it: `?engine=server`.
   */
  readonly prefer?: Preference;
  readonly onProgress?: (progress: Progress) => void;
  /** `auto` uses it where it gives the right answers quickly; `always` does not ask how quickly. */
  readonly graphicsCard?: "auto" | "always" | "never";
}

/**
 * Open the best engine for this device, and load it: `kind` and `detail` say which it became.
 *
 * Rejects with an `EngineError` where neither works; it says why the page's own does not.
 */
export async function openEngine(options: OpenOptions = {}): Promise<Engine> {
  const { prefer = ofAddress(), graphicsCard = "auto", onProgress } = options;
  const root = new URL("./", document.baseURI).href;
  if (prefer === "server") return loaded(new ServerEngine(root));
  try {
    return await loaded(new PageEngine(`${root}model/`, graphicsCard), onProgress);
  } catch (error) {
    if (prefer === "page" || !(error instanceof EngineError)) throw error;
    try {
      return await loaded(new ServerEngine(root));
    } catch {
      throw error; // a static host has no server to ask, so the first reason is the one that counts
    }
  }
}

function ofAddress(): Preference {
  const asked = new URLSearchParams(location.search).get("engine");
  return asked === "page" || asked === "server" ? asked : "auto";
}

/** What chooses the engine, for those who are handed it. */
export type OpenEngine = typeof openEngine;

async function loaded(engine: Engine, onProgress?: (progress: Progress) => void): Promise<Engine> {
  try {
    await engine.load(onProgress);
    return engine;
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

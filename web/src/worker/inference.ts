/**
 * The worker: fetches the model, decodes pictures and runs the network, so that the page never
 * waits. Decoding goes ahead while the network runs; readings leave in the order of the pictures.
 */

import { EngineError, type ErrorCode } from "../engine/engine";
import { fetchModel, fetchSpec } from "../engine/model-files";
import type { ModelSpec } from "../engine/model-spec";
import { readSquare, type SquarePixels } from "../engine/pixels";
import type { DeviceWish, FromWorker, RawReading, ToWorker } from "./messages";
import { Network, hasGraphicsCard, type Outputs } from "./network";

/** What is used of a worker's own scope; the types at hand are those of a page. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = self as unknown as Scope;

interface Loaded {
  readonly spec: ModelSpec;
  network: Network;
  /** Opens the network again, on the processor. */
  readonly reopen: () => Promise<Network>;
}

let loading: Promise<Loaded> | null = null;
let decoding: Promise<unknown> = Promise.resolve();
let running: Promise<unknown> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if (data.kind === "load") {
    loading = load(data.modelFolder, data.device);
    loading.then(
      ({ spec, network }) => say({ kind: "loaded", info: spec.info, detail: network.detail }),
      (error: unknown) => say({ kind: "load-failed", ...reason(error, "unsupported_browser") }),
    );
    return;
  }
  const { id, pixels } = data;
  const decoded = decoding.then(async () => {
    const { spec } = await ready();
    const began = performance.now();
    return { square: await readSquare(pixels, spec.info.sizePx), began };
  });
  decoding = decoded.catch(() => undefined);
  running = running
    .then(() => decoded)
    .then(({ square, began }) => read(square, began))
    .then(
      (reading) =>
        say({ kind: "read", id, ...reading }, [
          reading.activation.buffer,
          reading.embedding.buffer,
        ]),
      (error: unknown) => say({ kind: "read-failed", id, ...reason(error, "unreadable_image") }),
    );
};

async function load(modelFolder: string, device: DeviceWish): Promise<Loaded> {
  const { threads } = device;
  const patient = device.graphicsCard === "always";
  const graphics = device.graphicsCard === "never" ? false : hasGraphicsCard(patient);
  const spec = await fetchSpec(modelFolder);
  const model = await fetchModel(modelFolder, spec, (progress) =>
    say({ kind: "progress", progress }),
  );
  // Asked for while the model was fetched, since the answer can take its time.
  const graphicsCard = await graphics;
  const network = await Network.open(model, spec, { threads, graphicsCard, patient });
  return { spec, network, reopen: () => Network.onProcessor(model, spec, threads) };
}

function ready(): Promise<Loaded> {
  if (loading === null) throw new EngineError("bad_bundle", "no model is loaded");
  return loading;
}

async function read(square: SquarePixels, began: number): Promise<RawReading> {
  const loaded = await ready();
  const outputs = await runOrRecover(loaded, square);
  return {
    ...outputs,
    widthPx: square.widthPx,
    heightPx: square.heightPx,
    milliseconds: performance.now() - began,
  };
}

/** A graphics card can be lost at any time: then the processor takes over for good. */
async function runOrRecover(loaded: Loaded, square: SquarePixels): Promise<Outputs> {
  const sidePx = loaded.spec.info.sizePx;
  try {
    return await loaded.network.run(square.rgb, sidePx, sidePx);
  } catch (error) {
    if (loaded.network.detail !== "WebGPU") throw error;
    loaded.network = await loaded.reopen();
    return loaded.network.run(square.rgb, sidePx, sidePx);
  }
}

function say(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

/** What to tell of an error; `otherwise` is the code of one that nobody foresaw. */
function reason(error: unknown, otherwise: ErrorCode): Pick<EngineError, "code" | "message"> {
  if (error instanceof EngineError) return { code: error.code, message: error.message };
  return { code: otherwise, message: String(error) };
}

/**
 * Runs a bundle's network in ONNX Runtime Web, and says on what it runs.
 *
 * Two builds of the runtime come with the page: one for processors, and one that can also use a
 * graphics card; a browser fetches only the one that it uses. Which one gives the right answers is
 * not believed but tried, on a golden picture.
 */

import type { InferenceSession, Tensor } from "onnxruntime-web";
import processorGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import processorWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import graphicsGlue from "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url";
import graphicsWasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";

import { EngineError } from "../engine/engine";
import { draw, TOLERANCE } from "../engine/golden";
import type { ModelSpec } from "../engine/model-spec";

/** What the network says of one picture. */
export interface Outputs {
  readonly anime: number;
  readonly cartoon: number;
  readonly activation: Float32Array<ArrayBuffer>;
  readonly activationShape: readonly [2, number, number];
  readonly embedding: Float32Array<ArrayBuffer>;
}

/**
 * The exporter's name of the antialiased resize, which ONNX Runtime has for processors alone. In a
 * model that calls it otherwise the run fails, and the processor takes over.
 */
const PROCESSOR_NODES = ["node__upsample_bilinear2d_aa"];

/** A graphics card that takes longer for a picture leaves it to the processor. */
const SLOW_MS = 60;

/** What there is to run on. */
export interface Device {
  readonly threads: number;
  readonly graphicsCard: boolean;
  /** Use the graphics card however slow it is. */
  readonly patient: boolean;
}

type Runtime = typeof import("onnxruntime-web");

export class Network {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    /** For people: on what it runs. */
    readonly detail: string,
  ) {}

  /**
   * Open the network on the graphics card if there is one and it agrees, else on the processor.
   *
   * Throws an `EngineError`: `unsupported_browser` or `bad_bundle`.
   */
  static async open(
    model: Uint8Array,
    spec: ModelSpec,
    { threads, graphicsCard, patient }: Device,
  ): Promise<Network> {
    if (typeof WebAssembly === "undefined") {
      // iOS in lockdown mode, for one.
      throw new EngineError("unsupported_browser", "this browser does without WebAssembly");
    }
    if (graphicsCard) {
      const network = await Network.onGraphicsCard(model).catch(() => null);
      if (network !== null) {
        const agrees = await network.agrees(spec).catch(() => false);
        if (agrees && (patient || (await network.isQuick(spec)))) return network;
        await network.close();
      }
    }
    return Network.onProcessor(model, spec, threads);
  }

  /** Open it on the processor; throws as `open` does. */
  static async onProcessor(model: Uint8Array, spec: ModelSpec, threads: number): Promise<Network> {
    const runtime = (await import("onnxruntime-web/wasm")) as Runtime;
    runtime.env.wasm.wasmPaths = { mjs: absolute(processorGlue), wasm: absolute(processorWasm) };
    runtime.env.wasm.numThreads = threads;
    let network: Network;
    try {
      const session = await runtime.InferenceSession.create(model, {
        executionProviders: ["wasm"],
        logSeverityLevel: 3,
        // A thread that spins while it waits takes its core from the page itself.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      const count = `${threads} thread${threads === 1 ? "" : "s"}`;
      network = new Network(runtime, session, `WebAssembly, ${count}`);
    } catch (error) {
      throw new EngineError(
        "unsupported_browser",
        `this browser cannot run the network: ${String(error)}`,
      );
    }
    if (!(await network.agrees(spec))) {
      await network.close();
      throw new EngineError("bad_bundle", "the model does not say here what its maker recorded");
    }
    return network;
  }

  private static async onGraphicsCard(model: Uint8Array): Promise<Network> {
    const runtime = (await import("onnxruntime-web/jspi")) as unknown as Runtime;
    runtime.env.wasm.wasmPaths = { mjs: absolute(graphicsGlue), wasm: absolute(graphicsWasm) };
    runtime.env.wasm.numThreads = 1;
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: [{ name: "webgpu", forceCpuNodeNames: PROCESSOR_NODES }],
      logSeverityLevel: 3,
    });
    return new Network(runtime, session, "WebGPU");
  }

  /** Read one picture: RGB [height, width, 3] of any size; the network does the rest. */
  async run(rgb: Uint8Array, widthPx: number, heightPx: number): Promise<Outputs> {
    const image = new this.runtime.Tensor("uint8", rgb, [1, heightPx, widthPx, 3]);
    const outputs = await this.session.run({ image });
    const likeness = floats(outputs.likeness);
    return {
      anime: likeness[0]!,
      cartoon: likeness[1]!,
      // Copies: what ONNX Runtime gives may lie in its own memory.
      activation: floats(outputs.activation),
      activationShape: outputs.activation!.dims.slice(1) as [2, number, number],
      embedding: floats(outputs.embedding),
    };
  }

  /** Give back what the session holds. */
  async close(): Promise<void> {
    await this.session.release();
  }

  /** Whether it keeps up with a processor: not every graphics card does. */
  private async isQuick(spec: ModelSpec): Promise<boolean> {
    const { sizePx } = spec.info;
    const blank = new Uint8Array(sizePx * sizePx * 3);
    await this.run(blank, sizePx, sizePx); // the first one of a size prepares it
    const began = performance.now();
    await this.run(blank, sizePx, sizePx);
    return performance.now() - began < SLOW_MS;
  }

  /** Whether it says of a golden picture what it said where it was exported. */
  private async agrees(spec: ModelSpec): Promise<boolean> {
    // Where nothing is found a broken network could say nothing by chance: take the clearest.
    const clearest = (pair: (typeof spec.golden)[number]): number =>
      Math.max(pair.anime, pair.cartoon);
    const pair = [...spec.golden].sort((a, b) => clearest(b) - clearest(a))[0];
    if (pair === undefined) return true;
    const pixels = draw(pair.picture, pair.width_px, pair.height_px);
    if (pixels === null) return true; // newer than this page, and not its to judge
    const { anime, cartoon } = await this.run(pixels, pair.width_px, pair.height_px);
    return Math.abs(anime - pair.anime) <= TOLERANCE && Math.abs(cartoon - pair.cartoon) <= TOLERANCE;
  }
}

/**
 * Whether WebGPU is there, with what its build needs of a browser, and not drawn by the processor
 * unless `any` will do.
 */
export async function hasGraphicsCard(any: boolean): Promise<boolean> {
  if (typeof WebAssembly === "undefined" || !("Suspending" in WebAssembly)) return false;
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return false;
  return any || !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false);
}

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

function floats(tensor: Tensor | undefined): Float32Array<ArrayBuffer> {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new EngineError("bad_bundle", "the model's outputs are not of the agreed form");
  }
  return new Float32Array(tensor.data);
}

function absolute(url: string): string {
  return new URL(url, import.meta.url).href;
}

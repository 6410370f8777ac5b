/** Getting the engine, telling how far it is, and trying again when it could not be had. */

import type { Engine, ModelInfo, Progress } from "../engine/engine";
import type { OpenEngine } from "../engine/open";
import { problemCode } from "./problems";
import type { ProblemCode } from "./problems";

export type Start =
  | { readonly state: "loading"; readonly progress: Progress | null }
  | { readonly state: "ready"; readonly engine: Engine; readonly model: ModelInfo }
  | { readonly state: "failed"; readonly code: ProblemCode };

/** One engine for the whole page. */
export class Starter {
  private current: Start = { state: "loading", progress: null };
  private readonly listeners: ((start: Start) => void)[] = [];
  private promise: Promise<Engine>;

  constructor(private readonly open: OpenEngine) {
    this.promise = this.begin();
  }

  /** The engine, once it is there. Rejects as the last attempt did. */
  readonly engine = (): Promise<Engine> => this.promise;

  get start(): Start {
    return this.current;
  }

  /** Told now, and at each change. */
  follow(listener: (start: Start) => void): void {
    this.listeners.push(listener);
    listener(this.current);
  }

  again(): void {
    this.promise = this.begin();
  }

  private async begin(): Promise<Engine> {
    this.become({ state: "loading", progress: null });
    try {
      const onProgress = (progress: Progress): void => {
        if (this.current.state === "loading") this.become({ state: "loading", progress });
      };
      const engine = await this.open({ onProgress });
      this.become({ state: "ready", engine, model: await engine.load() });
      return engine;
    } catch (thrown) {
      this.become({ state: "failed", code: problemCode(thrown) });
      throw thrown;
    }
  }

  private become(start: Start): void {
    this.current = start;
    for (const listener of this.listeners) listener(start);
  }
}

/** Reading a camera's frames one after another, as fast as the engine answers. */

import type { Engine, Reading } from "../engine/engine";
import { FrameSquasher } from "../engine/frame";
import type { CameraSource } from "./camera-source";

/**
 * Frames that are with the engine at once: while it reads one, the next is taken, so that neither
 * waits for the other. A server gets one, for what it has not answered yet is old already.
 */
const UNDER_WAY = { page: 2, server: 1 } as const;
const SPEED_WINDOW_MS = 2000;

interface Listener {
  readonly onReading: (reading: Reading, nowMs: number) => void;
  readonly onProblem: (thrown: unknown) => void;
}

/** Reads what a video shows, until it is stopped. */
export class CameraLoop {
  /** Readings of the last two seconds, a second. */
  perSecond = 0;
  /** Readings so far. */
  readings = 0;

  private runNumber = 0;
  private underWay = 0;
  private finishedMs: number[] = [];
  private readonly squasher = new FrameSquasher();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly source: CameraSource,
    private readonly listener: Listener,
  ) {}

  start(engine: Engine, sizePx: number): void {
    this.runNumber += 1;
    this.finishedMs = [];
    const run = this.runNumber;
    const next = (): void => {
      if (run !== this.runNumber) return;
      if (this.underWay < UNDER_WAY[engine.kind]) void this.read(engine, sizePx, run);
      onNextFrame(this.video, next);
    };
    next();
  }

  /** Take no more frames; what is under way is not heard any more. */
  stop(): void {
    this.runNumber += 1;
  }

  /** Read what the video shows just now, once. */
  async once(engine: Engine, sizePx: number): Promise<void> {
    await this.read(engine, sizePx, this.runNumber);
  }

  private async read(engine: Engine, sizePx: number, run: number): Promise<void> {
    this.underWay += 1;
    try {
      const reading = await engine.read(this.squasher.squash(this.video, this.source.view(), sizePx), null);
      if (run === this.runNumber) this.finished(reading);
    } catch (thrown) {
      if (run === this.runNumber) this.listener.onProblem(thrown);
    } finally {
      this.underWay -= 1;
    }
  }

  private finished(reading: Reading): void {
    const now = performance.now();
    this.readings += 1;
    this.finishedMs.push(now);
    while ((this.finishedMs[0] ?? now) < now - SPEED_WINDOW_MS) this.finishedMs.shift();
    const span = now - (this.finishedMs[0] ?? now);
    this.perSecond = span > 0 ? ((this.finishedMs.length - 1) * 1000) / span : 0;
    this.listener.onReading(reading, now);
  }
}

/** When the video shows another frame; where a browser cannot tell, when it next paints. */
function onNextFrame(video: HTMLVideoElement, act: () => void): void {
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(act);
  else requestAnimationFrame(act);
}

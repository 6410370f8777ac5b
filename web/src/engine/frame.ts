/** A camera's frame on its way to the network. */

import { EngineError } from "./engine";

/** A part of a picture, in its pixels. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Side of the square, in sides of what the network looks at. */
const OVERSIZE = 2;

/**
 * Has the browser squash frames to a square twice as large as the network's own, which halves it
 * with its own filter. A frame handed over whole would cost more to copy than to read. Plain
 * smoothing changes a likeness least (`tests/web/test_parity.py`); the browser's better one blurs.
 */
export class FrameSquasher {
  private readonly canvas = document.createElement("canvas");

  /** `sizePx` is the side of the square that the network looks at. */
  squash(source: CanvasImageSource, { x, y, width, height }: Part, sizePx: number): ImageData {
    const side = OVERSIZE * sizePx;
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (!context) throw new EngineError("unsupported_browser", "no memory left for a canvas");
    context.imageSmoothingQuality = "low";
    context.drawImage(source, x, y, width, height, 0, 0, side, side);
    return context.getImageData(0, 0, side, side);
  }
}

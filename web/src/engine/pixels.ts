/**
 * From whatever the page holds to the square of pixels that the network looks at.
 *
 * Decoded as the command line decodes: turned upright, the first frame, laid on white, colour
 * profiles not applied. Works in a worker and in the page.
 */

import { EngineError, type Pixels } from "./engine";
import { checkFile, checkPixels, type PictureFormat } from "./formats";
import { squash, type Origin } from "./resample";

export interface SquarePixels {
  /** RGB [side, side, 3]. */
  readonly rgb: Uint8Array;
  /** Size of the picture itself, upright. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A large picture passes through a canvas in strips, and never stands in memory twice. */
const STRIP_PIXELS = 2 ** 20;

/** What some browsers read and others don't: said in other words than a broken file. */
const NOT_EVERYWHERE: readonly PictureFormat[] = ["tiff", "heic", "avif"];

/** Read a picture and squash it to a square; throws an `EngineError`. */
export async function readSquare(pixels: Pixels, sidePx: number): Promise<SquarePixels> {
  if (pixels instanceof Blob) {
    const { format, stored } = await checkFile(pixels);
    const bitmap = await decode(pixels, format);
    const { width, height } = bitmap;
    const turned = width !== height && stored?.[0] === height && stored[1] === width;
    return squashBitmap(bitmap, sidePx, { jpeg: format === "jpeg", turned });
  }
  if (pixels instanceof ImageData) return squashImageData(pixels, sidePx);
  return squashBitmap(pixels, sidePx);
}

async function decode(file: Blob, format: PictureFormat): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, {
      imageOrientation: "from-image",
      colorSpaceConversion: "none",
      // Multiplied while decoding, some formats lose half a level; on the canvas none does.
      premultiplyAlpha: "none",
    });
  } catch (error) {
    if (NOT_EVERYWHERE.includes(format)) {
      throw new EngineError("unsupported_format", `this browser cannot read ${format} pictures`);
    }
    throw new EngineError("unreadable_image", `the ${format} file is broken (${String(error)})`);
  }
}

function squashImageData(pixels: ImageData, sidePx: number): SquarePixels {
  checkPixels(pixels.width, pixels.height);
  const square = squash(pixels.width, pixels.height, sidePx);
  square.push(pixels.data, 4, pixels.height);
  return { rgb: square.finish(), widthPx: pixels.width, heightPx: pixels.height };
}

/** Takes the bitmap over and closes it. */
function squashBitmap(bitmap: ImageBitmap, sidePx: number, origin: Origin = {}): SquarePixels {
  const { width, height } = bitmap;
  try {
    checkPixels(width, height);
    const square = squash(width, height, sidePx, origin);
    const rows = Math.min(height, Math.max(1, Math.floor(STRIP_PIXELS / width)));
    const canvas = canvasOf(width, rows);
    for (let top = 0; top < height; top += rows) {
      const some = Math.min(rows, height - top);
      canvas.fillRect(0, 0, width, rows);
      canvas.drawImage(bitmap, 0, top, width, some, 0, 0, width, some);
      square.push(canvas.getImageData(0, 0, width, some).data, 4, some);
    }
    return { rgb: square.finish(), widthPx: width, heightPx: height };
  } finally {
    bitmap.close();
  }
}

type Canvas = OffscreenCanvasRenderingContext2D;

/** One canvas for pictures of one size after the other, as a camera gives them. */
let kept: Canvas | null = null;

function canvasOf(width: number, height: number): Canvas {
  if (kept?.canvas.width !== width || kept.canvas.height !== height) {
    const context = new OffscreenCanvas(width, height).getContext("2d", {
      alpha: false,
      willReadFrequently: true,
    });
    if (context === null) {
      throw new EngineError("image_too_large", "this browser has no memory left for the picture");
    }
    context.fillStyle = "#fff";
    context.imageSmoothingEnabled = false;
    kept = context;
  }
  return kept;
}

/**
 * Tells what a file is by its first bytes, and how many pixels it claims, before it is decoded.
 *
 * A browser would decode whatever it can, however large; what is refused here is what the command
 * line refuses (`media/formats.py`, `media/limits.py`), with the same codes.
 */

import { EngineError } from "./engine";

export type PictureFormat = "jpeg" | "png" | "gif" | "webp" | "bmp" | "tiff" | "avif" | "heic";

export const MAX_BYTES = 64 * 2 ** 20;
export const MAX_PIXELS = 100_000_000;

/** How much of a file is looked at: a JPEG's size stands behind its thumbnail and profile. */
const HEAD_BYTES = 2 ** 20;

/** What a file says of itself. */
export interface CheckedFile {
  readonly format: PictureFormat;
  /** Width and height as stored, before turning; null where that is not known. */
  readonly stored: readonly [number, number] | null;
}

/**
 * Check an encoded picture and tell what it is.
 *
 * Throws an `EngineError`: `empty_file`, `image_too_large` or `unsupported_format`.
 */
export async function checkFile(file: Blob): Promise<CheckedFile> {
  if (file.size === 0) throw new EngineError("empty_file", "the file is empty");
  if (file.size > MAX_BYTES) {
    throw new EngineError(
      "image_too_large",
      `the file has ${file.size} bytes; at most ${MAX_BYTES} are read`,
    );
  }
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const format = sniff(head);
  const stored = declaredSize(head, format);
  if (stored !== null) checkPixels(...stored);
  return { format, stored };
}

/** Throws `image_too_large` where a picture has more pixels than are read. */
export function checkPixels(widthPx: number, heightPx: number): void {
  if (widthPx * heightPx > MAX_PIXELS) {
    throw new EngineError(
      "image_too_large",
      `the picture is ${widthPx} x ${heightPx} pixels; at most ${MAX_PIXELS} in all are read`,
    );
  }
}

/** Tell the format of an encoded picture; throws `unsupported_format`. */
export function sniff(head: Uint8Array): PictureFormat {
  const begins = (text: string, at = 0): boolean => ascii(head, at, text.length) === text;
  if (begins("\xff\xd8\xff")) return "jpeg";
  if (begins("\x89PNG\r\n\x1a\n")) return "png";
  if (begins("GIF87a") || begins("GIF89a")) return "gif";
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].some((magic) => begins(magic))) return "tiff";
  if (begins("BM")) return "bmp";
  if (begins("RIFF") && begins("WEBP", 8)) return "webp";
  const brands = isoBrands(head);
  if (["avif", "avis"].some((brand) => brands.has(brand))) return "avif";
  if (["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1"].some((brand) => brands.has(brand))) {
    return "heic";
  }
  throw new EngineError(
    "unsupported_format",
    `this is ${describe(head)}, not a picture that can be read`,
  );
}

/** Width and height as the file claims them, before turning; null where that is not known. */
export function declaredSize(head: Uint8Array, format: PictureFormat): [number, number] | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    return SIZES[format]?.(view, head) ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null; // cut off: the decoder will say so
    throw error;
  }
}

type SizeReader = (view: DataView, head: Uint8Array) => [number, number] | null;

const SIZES: Partial<Record<PictureFormat, SizeReader>> = {
  png: (view) => [view.getUint32(16), view.getUint32(20)],
  gif: (view) => [view.getUint16(6, true), view.getUint16(8, true)],
  bmp: (view) =>
    view.getUint32(14, true) === 12
      ? [view.getUint16(18, true), view.getUint16(20, true)]
      : [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))],
  webp: webpSize,
  jpeg: jpegSize,
  avif: isoSize,
  heic: isoSize,
};

function webpSize(view: DataView, head: Uint8Array): [number, number] | null {
  switch (ascii(head, 12, 4)) {
    case "VP8X":
      return [(view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1];
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case "VP8 ":
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    default:
      return null;
  }
}

function jpegSize(view: DataView): [number, number] | null {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    } else if (marker === 0xda || marker === 0xd9) {
      return null; // pixels or the end before any size
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
}

/** The largest of the sizes in the boxes `ispe`, since a picture may be made of tiles. */
function isoSize(view: DataView, head: Uint8Array): [number, number] | null {
  let largest: [number, number] | null = null;
  for (let at = 0; at + 16 <= Math.min(head.length, 65536); at++) {
    if (head[at] === 0x69 && ascii(head, at, 4) === "ispe") {
      const size: [number, number] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      if (largest === null || size[0] * size[1] > largest[0] * largest[1]) largest = size;
    }
  }
  return largest;
}

/** The major and compatible brands of a file of the ISO base media family, else none. */
function isoBrands(head: Uint8Array): Set<string> {
  const brands = new Set<string>();
  if (ascii(head, 4, 4) !== "ftyp") return brands;
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  brands.add(ascii(head, 8, 4));
  for (let at = 16; at + 4 <= Math.min(length, head.length, 256); at += 4) {
    brands.add(ascii(head, at, 4));
  }
  return brands;
}

function describe(head: Uint8Array): string {
  const start = ascii(head, 0, 2048).replace(/^\xef\xbb\xbf/, "").trimStart().toLowerCase();
  if (start.includes("<svg")) return "an SVG drawing";
  if (start.includes("<html") || start.startsWith("<!doctype html")) return "an HTML page";
  if (start.startsWith("%pdf")) return "a PDF document";
  if (start.startsWith("pk\x03\x04")) return "a ZIP archive";
  if (start.slice(4, 8) === "ftyp" || start.startsWith("\x1aE\xdf\xa3".toLowerCase())) {
    return "a video";
  }
  return /^[\t\n\r\x20-\x7e]+$/.test(start) ? "text" : "data of an unknown kind";
}

/** Bytes as characters, one each. */
function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

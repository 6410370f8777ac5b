import { describe, expect, it } from "vitest";

import { EngineError } from "./engine";
import { MAX_BYTES, checkFile, declaredSize, sniff } from "./formats";

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : part,
    ),
  );

const PNG = bytes("\x89PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", [0, 0, 1, 64, 0, 0, 0, 200]);
const GIF = bytes("GIF89a", [64, 1, 200, 0]);
const BMP = bytes("BM", Array(12).fill(0), [40, 0, 0, 0], [64, 1, 0, 0], [56, 255, 255, 255]);
const VP8X = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", Array(8).fill(0), [63, 1, 0], [199, 0, 0]);
const VP8L = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8L", [0, 0, 0, 0], [0x2f], [63, 193, 49, 0]);
const VP8 = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 ", Array(10).fill(0), [64, 1, 200, 0]);
const THUMBNAIL = [0xff, 0xe1, 0, 6, 0xff, 0xc0, 9, 9]; // what looks like a size inside of EXIF
const JPEG = bytes([0xff, 0xd8], THUMBNAIL, [0xff, 0xc2, 0, 17, 8, 0, 200, 1, 64]);
const ISPE = ["ispe", [0, 0, 0, 0], [0, 0, 1, 64], [0, 0, 0, 200]];
const AVIF = bytes([0, 0, 0, 20], "ftypavif", [0, 0, 0, 0], "mif1", ...ISPE);

describe("sniff and declaredSize", () => {
  it.each([
    ["png", PNG],
    ["gif", GIF],
    ["bmp", BMP],
    ["webp", VP8X],
    ["webp", VP8L],
    ["webp", VP8],
    ["jpeg", JPEG],
    ["avif", AVIF],
  ] as const)("tell a %s of 320 x 200 pixels", (format, head) => {
    expect(sniff(head)).toBe(format);
    expect(declaredSize(head, format)).toEqual([320, 200]);
  });

  it.each(["png", "gif", "bmp", "webp", "jpeg", "avif"] as const)(
    "know no size of a %s that is cut off",
    (format) => {
      const whole = { png: PNG, gif: GIF, bmp: BMP, webp: VP8X, jpeg: JPEG, avif: AVIF }[format];
      expect(declaredSize(whole.slice(0, whole.length - 4), format)).toBeNull();
    },
  );

  it.each([
    ["an SVG drawing", "<svg xmlns='http://www.w3.org/2000/svg'>"],
    ["an HTML page", "  <!DOCTYPE html><html>"],
    ["a PDF document", "%PDF-1.7"],
    ["a ZIP archive", "PK\x03\x04"],
    ["a video", "\0\0\0\x18ftypmp42"],
    ["text", "a few words\n"],
    ["data of an unknown kind", "\x01\x02\x03"],
  ])("say that %s is no picture", (what, content) => {
    expect(() => sniff(bytes(content))).toThrow(what);
  });
});

describe("checkFile", () => {
  const code = (file: Blob): Promise<unknown> =>
    checkFile(file).catch((error: EngineError) => error.code);

  it("refuses what is empty, too heavy or too large", async () => {
    const bomb = PNG.slice();
    bomb.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    expect(await code(new Blob([]))).toBe("empty_file");
    expect(await code(new Blob([new Uint8Array(MAX_BYTES + 1)]))).toBe("image_too_large");
    expect(await code(new Blob([bomb as BlobPart]))).toBe("image_too_large");
    expect(await checkFile(new Blob([PNG as BlobPart]))).toEqual({
      format: "png",
      stored: [320, 200],
    });
  });
});

/** Small copies of pictures, so that a gallery of hundreds does not hold hundreds decoded whole. */

const THUMBNAIL_PX = 320;

interface Size {
  readonly width_px: number;
  readonly height_px: number;
}

/** The picture with its shorter side at most `THUMBNAIL_PX`; null where the browser cannot draw it. */
export async function drawThumbnail(file: Blob, size: Size): Promise<HTMLCanvasElement | null> {
  const scale = Math.min(1, THUMBNAIL_PX / Math.min(size.width_px, size.height_px));
  const wanted = Math.max(1, Math.round(size.width_px * scale));
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: wanted, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas;
  } catch {
    return null; // the engine decodes more than this browser shows
  }
}

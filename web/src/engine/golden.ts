/**
 * Golden pictures: drawn with whole numbers alone, so that they come out here pixel by pixel as
 * they came out where the model was exported (`inference/golden.py`).
 *
 * They tell whether a browser, a driver or a graphics card runs the model as it should.
 */

/** How far a likeness may stray: processors round differently. */
export const TOLERANCE = 0.005;

type Colour = readonly [number, number, number];
type Drawing = (canvas: Painter) => void;

/** Draw a golden picture: RGB [height, width, 3]; null if there is no drawing of that name. */
export function draw(name: string, width: number, height: number): Uint8Array | null {
  const drawing = DRAWINGS[name];
  if (drawing === undefined) return null;
  const painter = new Painter(width, height);
  drawing(painter);
  return painter.rgb;
}

/** Pixels, and flat shapes on a ground of 1000 by 1000 units whatever the picture's size. */
class Painter {
  readonly rgb: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rgb = new Uint8Array(width * height * 3);
  }

  each(colourAt: (x: number, y: number) => Colour): void {
    let to = 0;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        for (const channel of colourAt(x, y)) this.rgb[to++] = channel; // wraps at 256, as there
      }
    }
  }

  ground(colour: Colour): void {
    this.each(() => colour);
  }

  ellipse(x: number, y: number, xRadius: number, yRadius: number, colour: Colour): void {
    const { width, height, rgb } = this;
    const limit = (xRadius * yRadius) ** 2;
    for (let row = 0; row < height; row++) {
      const down = ((whole(row * 1000, height) - y) * xRadius) ** 2;
      for (let column = 0; column < width; column++) {
        if (((whole(column * 1000, width) - x) * yRadius) ** 2 + down <= limit) {
          rgb.set(colour, (row * width + column) * 3);
        }
      }
    }
  }
}

/** Division without a rest. */
function whole(dividend: number, divisor: number): number {
  return Math.floor(dividend / divisor);
}

const DRAWINGS: Readonly<Record<string, Drawing>> = {
  gradient: (canvas) =>
    canvas.each((x, y) => [
      whole(x * 255, Math.max(canvas.width - 1, 1)),
      whole(y * 255, Math.max(canvas.height - 1, 1)),
      128,
    ]),

  checks: (canvas) =>
    canvas.each((x, y) => {
      const dark = (whole(x, 16) + whole(y, 16)) % 2;
      return [230 - 180 * dark, 90 + 40 * dark, 40 + 160 * dark];
    }),

  rings: (canvas) =>
    canvas.each((x, y) => {
      const distance = (2 * x - canvas.width) ** 2 + (2 * y - canvas.height) ** 2;
      return [whole(distance, 64), whole(distance, 128), whole(distance, 256)];
    }),

  noise: (canvas) =>
    canvas.each((x, y) => {
      let seed = y * canvas.width + x;
      const next = (): number => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return seed >>> 24;
      };
      return [next(), next(), next()];
    }),

  face: (canvas) => {
    canvas.ground([196, 222, 240]);
    canvas.ellipse(500, 420, 330, 340, [48, 70, 150]);
    canvas.ellipse(500, 520, 250, 290, [40, 30, 40]);
    canvas.ellipse(500, 520, 244, 284, [253, 228, 210]);
    canvas.ellipse(500, 250, 260, 120, [70, 98, 190]);
    for (const centre of [390, 610]) {
      canvas.ellipse(centre, 540, 72, 92, [40, 30, 40]);
      canvas.ellipse(centre, 550, 58, 76, [90, 60, 170]);
      canvas.ellipse(centre, 575, 40, 44, [150, 120, 230]);
      canvas.ellipse(centre - 20, 505, 20, 24, [255, 255, 255]);
    }
    canvas.ellipse(500, 700, 40, 12, [190, 90, 90]);
  },

  "flat-face": (canvas) => {
    canvas.ground([120, 200, 120]);
    canvas.ellipse(500, 500, 380, 400, [0, 0, 0]);
    canvas.ellipse(500, 500, 355, 375, [255, 214, 40]);
    for (const centre of [380, 620]) {
      canvas.ellipse(centre, 400, 95, 95, [0, 0, 0]);
      canvas.ellipse(centre, 400, 80, 80, [255, 255, 255]);
      canvas.ellipse(centre + 20, 410, 18, 18, [0, 0, 0]);
    }
    canvas.ellipse(500, 540, 60, 70, [230, 170, 30]);
    canvas.ellipse(500, 720, 190, 70, [0, 0, 0]);
    canvas.ellipse(500, 705, 170, 52, [200, 40, 50]);
  },

  hills: (canvas) => {
    const { width, height, rgb } = canvas;
    canvas.each((_, y) => [150 + whole(y * 60, height), 180, 220]);
    canvas.ellipse(300, 1000, 600, 420, [96, 120, 84]);
    canvas.ellipse(850, 1050, 500, 500, [70, 92, 60]);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const grain = (x * 7 + y * 13 + ((x * y) % 11)) % 9;
        for (let channel = 0; channel < 3; channel++, at++) rgb[at] = rgb[at]! + grain;
      }
    }
  },
};

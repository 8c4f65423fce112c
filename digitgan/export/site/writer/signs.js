// The signs that MNIST lacks, drawn as strokes of the pen that draws the digits.

import { clip, rint, tangent } from "./numbers.js";

export const DIGIT = 20; // pixels: the height that MNIST gives a digit
export const BASELINE = 29; // ink on the line has its lowest pixels in the row above
export const FRAME = [40, 48]; // rows and columns around any character
const EDGE = 1.15; // pixels in which ink turns to paper
const UNSTEADY = 0.02; // how far a hand misses, in heights of a digit
const PRESSURE = 0.05; // how much its strokes differ in width
const DOT = 1.25; // a dot is a little wider than a stroke
const STEPS = 48;

// Each stroke: where it begins, whither it bends and where it ends, as (right, up) from
// the baseline in heights of a digit.
export const STROKES = {
  "-": [
    [
      [0, 0.43],
      [0.2, 0.45],
      [0.4, 0.43],
    ],
  ],
  "+": [
    [
      [0, 0.45],
      [0.25, 0.47],
      [0.5, 0.45],
    ],
    [
      [0.25, 0.71],
      [0.24, 0.45],
      [0.25, 0.19],
    ],
  ],
  ".": [
    [
      [0, 0.08],
      [0.02, 0.09],
      [0.03, 0.07],
    ],
  ],
  ",": [
    [
      [0.05, 0.08],
      [0.09, -0.05],
      [-0.04, -0.17],
    ],
  ],
  ":": [
    [
      [0, 0.14],
      [0.02, 0.15],
      [0.03, 0.13],
    ],
    [
      [0, 0.56],
      [0.02, 0.57],
      [0.03, 0.55],
    ],
  ],
  "/": [
    [
      [0.3, 1.04],
      [0.16, 0.5],
      [0, -0.08],
    ],
  ],
  "(": [
    [
      [0.2, 1.06],
      [-0.17, 0.5],
      [0.2, -0.13],
    ],
  ],
  ")": [
    [
      [0, 1.06],
      [0.37, 0.5],
      [0, -0.13],
    ],
  ],
};
export const SIGNS = Object.keys(STROKES).join("");

/**
 * Draw a sign as a hand would: Uint8Array of a frame, 0 paper to 255 ink.
 * @param accidents what makes it unsteady: eight normal numbers for each stroke.
 */
export function drawSign(sign, pen, accidents) {
  const [rows, columns] = FRAME;
  const depth = new Float64Array(rows * columns).fill(-Infinity);
  for (const [i, stroke] of STROKES[sign].entries()) {
    for (const [right, up, radius] of dabs(stroke, pen, accidents[i])) {
      for (let row = 0, place = 0; row < rows; row++) {
        const down = row + 0.5 - (BASELINE - up);
        for (let column = 0; column < columns; column++, place++) {
          const aside = column + 0.5 - right;
          depth[place] = Math.max(depth[place], radius - Math.sqrt(aside * aside + down * down));
        }
      }
    }
  }
  return Uint8Array.from(depth, (inside) => rint(255 * clip(inside / EDGE + 0.5, 0, 1)));
}

/** Returns the places of the pen along a stroke, a curve of Bezier, and its radius there. */
function dabs(stroke, pen, off) {
  const [first, bend, last] = stroke.map((point, i) => point.map((v, axis) => v + UNSTEADY * off[2 * i + axis]));
  const spans = [0, 1].map((i) => Math.max(...stroke.map((p) => p[i])) - Math.min(...stroke.map((p) => p[i])));
  const width = pen.thickness * (Math.max(...spans) < 0.05 ? DOT : 1);
  const [begin, end] = [off[6], off[7]].map((more) => width * (1 + PRESSURE * more));
  return Array.from({ length: STEPS }, (_, i) => {
    const t = i / (STEPS - 1);
    const [right, up] = [0, 1].map((axis) => {
      return DIGIT * ((1 - t) ** 2 * first[axis] + 2 * t * (1 - t) * bend[axis] + t ** 2 * last[axis]);
    });
    const leant = right + tangent(pen.slant) * (up - DIGIT / 2) + FRAME[1] / 2;
    return [leant, up, (begin + (end - begin) * t) / 2];
  });
}

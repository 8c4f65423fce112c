// The signs that MNIST lacks, drawn as strokes of the pen that draws the digits.

import { punctuation, writer_style } from "../constants.js";
import { clip, rint, tangent } from "./numpy.js";

const { BASELINE, DIGIT, DOT, FRAME, PRESSURE, STEPS, STROKES, UNSTEADY } = punctuation;

/**
 * Draw a sign as a hand would: Uint8Array of a frame, 0 background to 255 ink.
 * @param {string} sign one of STROKES.
 * @param {{thickness: number, slant: number}} pen
 * @param noise what makes it unsteady: eight normal numbers for each stroke.
 */
export function drawSign(sign, pen, noise) {
  const [rows, columns] = FRAME;
  const depth = new Float64Array(rows * columns).fill(-Infinity);
  for (const [i, stroke] of STROKES[sign].entries()) {
    for (const [right, up, radius] of strokePoints(stroke, pen, noise[i])) {
      for (let row = 0, place = 0; row < rows; row++) {
        const y = row + 0.5 - (BASELINE - up);
        for (let column = 0; column < columns; column++, place++) {
          const x = column + 0.5 - right;
          depth[place] = Math.max(depth[place], radius - Math.sqrt(x * x + y * y));
        }
      }
    }
  }
  return Uint8Array.from(depth, (inside) => rint(255 * clip(inside / writer_style.EDGE + 0.5, 0, 1)));
}

/** Return the places of the pen along a stroke, a curve of Bezier, and its radius there. */
function strokePoints(stroke, pen, noise) {
  const [first, bend, last] = stroke.map((point, i) => point.map((v, axis) => v + UNSTEADY * noise[2 * i + axis]));
  const spans = [0, 1].map((axis) => Math.max(...stroke.map((p) => p[axis])) - Math.min(...stroke.map((p) => p[axis])));
  const width = pen.thickness * (Math.max(...spans) < 0.05 ? DOT : 1);
  const [begin, end] = [noise[6], noise[7]].map((pressure) => width * (1 + PRESSURE * pressure));
  return STEPS.map(([t]) => {
    const [right, up] = [0, 1].map((axis) => {
      return DIGIT * ((1 - t) ** 2 * first[axis] + 2 * t * (1 - t) * bend[axis] + t ** 2 * last[axis]);
    });
    const slanted = right + tangent(pen.slant) * (up - DIGIT / 2) + FRAME[1] / 2;
    return [slanted, up, (begin + (end - begin) * t) / 2];
  });
}

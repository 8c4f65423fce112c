// The punctuation that MNIST lacks, drawn as strokes of the pen that draws the digits.

import { geometry, punctuation } from "../constants.js";
import { clip, rint, tangent } from "./numpy.js";

const { BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE } = geometry;
const { CURVE, DOT_WIDTH, EDGE, MAX_DOT, PRESSURE, STROKES, UNSTEADINESS } = punctuation;

/**
 * Draw a mark as a hand would: Uint8Array of a frame, 0 background to 255 ink.
 * @param {string} mark one of STROKES.
 * @param {{thickness: number, slant: number}} pen
 * @param noise what makes it unsteady: eight normal numbers for each stroke.
 */
export function drawPunctuation(mark, pen, noise) {
  const [rows, columns] = GLYPH_SHAPE;
  const depth = new Float64Array(rows * columns).fill(-Infinity);
  for (const [i, stroke] of STROKES[mark].entries()) {
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
  return Uint8Array.from(depth, (inside) => rint(255 * clip(inside / EDGE + 0.5, 0, 1)));
}

/** Return the places of the pen along a stroke, a curve of Bezier, and its radius there. */
function strokePoints(stroke, pen, noise) {
  const [first, bend, last] = stroke.map((point, i) => point.map((v, axis) => v + UNSTEADINESS * noise[2 * i + axis]));
  const spans = [0, 1].map((axis) => Math.max(...stroke.map((p) => p[axis])) - Math.min(...stroke.map((p) => p[axis])));
  const width = pen.thickness * (Math.max(...spans) < MAX_DOT ? DOT_WIDTH : 1);
  const [begin, end] = [noise[6], noise[7]].map((pressure) => width * (1 + PRESSURE * pressure));
  return CURVE.map(([t]) => {
    const [right, up] = [0, 1].map((axis) => {
      return DIGIT_HEIGHT * ((1 - t) ** 2 * first[axis] + 2 * t * (1 - t) * bend[axis] + t ** 2 * last[axis]);
    });
    const slanted = right + tangent(pen.slant) * (up - DIGIT_HEIGHT / 2) + GLYPH_SHAPE[1] / 2;
    return [slanted, up, (begin + (end - begin) * t) / 2];
  });
}

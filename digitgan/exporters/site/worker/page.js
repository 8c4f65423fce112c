// What a text is written on, and what a scanner makes of it. Blur and light are Pillow's
// filters, in the whole numbers in which it computes them.

import { geometry, page, vector_graphics } from "../constants.js";
import { clip, float32, range, rint } from "./numpy.js";
import { randomStream, Stream } from "./random_streams.js";

/** Return {width, height, lines, ink}: a sheet, and what is printed on it. */
export function printLines(kind, layout, height) {
  const [width, rows] = layout.size;
  const lines = printedLines(kind, layout, height);
  const ink = new Uint8Array(width * rows);
  for (const [left, top, right, bottom] of lines)
    for (let row = top; row < Math.min(bottom, rows); row++)
      ink.fill(vector_graphics.LINE_INK, row * width + left, row * width + Math.min(right, width));
  return { width, height: rows, lines, ink };
}

/** Return left, top, right and bottom of ruled lines, squares or the cells of a form. */
function printedLines(kind, { size, baselines, cells }, height) {
  const [width, rows] = size;
  const thick = Math.max(1, rint(height / page.HEIGHT_PER_LINE));
  if (kind === "ruled") return baselines.map((y) => [0, y, width, y + thick]);
  if (kind === "grid") {
    const side = rint(geometry.GRID_SIDE * height);
    const steps = (first, last) => range(Math.ceil((last - first) / side)).map((i) => first + i * side);
    const across = steps(baselines[0] % side, rows).map((y) => [0, y, width, y + thick]);
    return [...across, ...steps(Math.floor(side / 2), width).map((x) => [x, 0, x + thick, rows])];
  }
  return cells.flatMap(([left, right, baseline]) => {
    const [top, low] = [baseline - rint(page.CELL_ABOVE * height), baseline + rint(page.CELL_BELOW * height) + 1];
    const across = [top, low - thick].map((y) => [left, y, right + 1, y + thick]);
    return [...across, ...[left, right + 1 - thick].map((x) => [x, top, x + thick, low])];
  });
}

/** Return grey levels as a scanner sees them: uneven light, blur, grain; nothing moves. */
export function scan({ width, height, grey }, noise, seed) {
  if (!noise) return grey;
  const random = randomStream(Stream.SCANNER_NOISE, seed);
  const shades = range(3).map(() => range(4).map(() => random.uniform32()));
  const wide = shades.map((row) => bicubic(row, width));
  const light = range(width).map((x) => bicubic(wide.map((row) => row[x]), height));
  const blurred = blur(grey, width, height, page.BLUR * noise);
  const shade = float32(page.MAX_SHADE * noise);
  const grain = float32(page.GRAIN * noise);
  return blurred.map((level, i) => {
    const dark = float32(shade * float32(clip(light[i % width][Math.floor(i / width)], 0, 1)));
    const lit = float32(level * float32(1 - dark));
    return rint(clip(float32(lit + float32(grain * random.normal32())), 0, 255));
  });
}

/** Lengthen a row by the cubic of Keys (1981, doi 10.1109/TASSP.1981.1163711). */
function bicubic(row, size) {
  return range(size).map((i) => {
    const place = ((i + 0.5) * row.length) / size;
    const [begin, end] = [Math.max(0, Math.trunc(place - 1.5)), Math.min(row.length, Math.trunc(place + 2.5))];
    let [total, weights] = [0, 0];
    for (let j = begin; j < end; j++) {
      const x = Math.abs(j + 0.5 - place);
      const weight = x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
      total += weight * row[j];
      weights += weight;
    }
    return float32(total / weights);
  });
}

/** Blur by boxes less than three pixels wide, along the rows and then down. */
function blur(grey, width, height, radius) {
  const passes = 3; // of a box, for a Gaussian, in Pillow
  const variance = (radius * radius) / passes;
  const reach = (3 * variance) / (6 * (1 - variance)); // of a box over its pixel
  const centre = Math.trunc(2 ** 24 / (2 * reach + 1));
  const side = Math.trunc((2 ** 24 - centre) / 2);
  const pass = (levels, step, place, last) =>
    levels.map((level, i) => {
      const at = place(i);
      const [before, after] = [at > 0 ? levels[i - step] : level, at < last ? levels[i + step] : level];
      return Math.floor((level * centre + (before + after) * side + 2 ** 23) / 2 ** 24);
    });
  let levels = grey;
  for (let i = 0; i < passes; i++) levels = pass(levels, 1, (place) => place % width, width - 1);
  for (let i = 0; i < passes; i++) levels = pass(levels, width, (place) => Math.floor(place / width), height - 1);
  return levels;
}

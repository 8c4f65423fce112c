// What a text is written on, and what a scanner makes of it. Blur and light are Pillow's
// filters, in the whole numbers in which it computes them.

import { geometry, page } from "../constants.js";
import { clip, float32, range, rint } from "./numpy.js";
import { randomStream, Stream } from "./random_streams.js";

/** Return {width, height, ink}: ruled lines, squares or the cells of a form. */
export function printLines(kind, layout, height) {
  const [width, rows] = layout.size;
  const ink = new Uint8Array(width * rows);
  const across = (row, left = 0, right = width - 1) =>
    ink.fill(page.LINE_INK, row * width + left, row * width + right + 1);
  const down = (column, top = 0, bottom = rows - 1) => {
    for (let row = top; row <= bottom; row++) ink[row * width + column] = page.LINE_INK;
  };
  const square = rint(geometry.GRID_SIDE * height);
  for (let line = 0; line < Math.max(1, rint(height / page.HEIGHT_PER_LINE)); line++) {
    if (kind === "ruled") for (const baseline of layout.baselines) across(baseline + line);
    if (kind === "grid") {
      for (let row = (layout.baselines[0] % square) + line; row < rows; row += square) across(row);
      for (let column = Math.floor(square / 2) + line; column < width; column += square) down(column);
    }
    for (const [left, right, baseline] of layout.cells) {
      const [top, bottom] = [baseline - rint(page.CELL_ABOVE * height), baseline + rint(page.CELL_BELOW * height)];
      for (const row of [top + line, bottom - line]) across(row, left, right);
      for (const column of [left + line, right - line]) down(column, top, bottom);
    }
  }
  return { width, height: rows, ink };
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

// The characters of a text, each in a frame of its own on the same baseline. A frame, as a
// digit, is {rows, columns, data}, 0 background to 255 ink.

import { geometry, glyphs, outlines, punctuation } from "../constants.js";
import { clip, range, rint, sum } from "./numpy.js";
import { scaled, trace } from "./outlines.js";
import { drawPunctuation } from "./punctuation.js";
import { coverage } from "./rasterization.js";
import { drawDigits } from "./writer_style.js";

const { BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE } = geometry;
const { NOISE_PER_STROKE, STROKES } = punctuation;
const { MIN_INK } = glyphs;

/**
 * Draw characters in one hand.
 * @param characters digits and punctuation.
 * @param height of a digit, in pixels.
 * @param {{thickness?: number, slant?: number, variety?: number}} style
 * @returns {[any[], {thickness: number, slant: number}]} frames, of each of which
 * `outlines` are of its ink, as MNIST's size has it, and `stretch` how much taller it is;
 * and the pen.
 */
export function drawGlyphs(sampler, characters, writer, height, style) {
  const [digits, pen] = drawDigits(sampler, characters, writer, style);
  const images = digits.values();
  const frames = characters.map((character, place) => {
    if (!(character in STROKES)) return enlarge(...onBaseline(clean(images.next().value)), height);
    const noise = writer.markNoise(place, STROKES[character].length, NOISE_PER_STROKE);
    return enlarge(drawPunctuation(character, pen, noise), 1, height);
  });
  return [frames, pen];
}

/** Draw a glyph, its ink taller on the line, at a height: large ones from their outlines. */
function enlarge(glyph, stretch, height) {
  const [rows, columns] = GLYPH_SHAPE.map((size) => rint((size * height) / DIGIT_HEIGHT));
  const outlines = trace(glyph);
  const data =
    height > glyphs.MAX_RESAMPLED
      ? coverage(scaled(outlines, height, stretch), [rows, columns])
      : resampled(glyph, stretch, height / DIGIT_HEIGHT, [rows, columns]);
  return { rows, columns, data, outlines, stretch };
}

/** Return a digit without specks beside its strokes. */
function clean({ rows, columns, data }) {
  const dark = Math.max(MIN_INK, Math.max(...data) / 2);
  const cleaned = data.map((ink, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let neighbours = 0;
    for (let y = Math.max(0, row - 2); y <= Math.min(rows - 1, row + 2); y++)
      for (let x = Math.max(0, column - 2); x <= Math.min(columns - 1, column + 2); x++)
        neighbours += Number(data[y * columns + x] >= dark);
    return neighbours >= glyphs.MIN_DARK ? ink : 0;
  });
  return { rows, columns, data: cleaned };
}

/**
 * Put a digit onto the baseline of a frame. MNIST makes wide digits smaller; a hand does
 * not: they get back half of what they lost.
 * @returns {[Uint8Array, number]} the frame's data, and how much taller it should be.
 */
function onBaseline({ rows, columns, data }) {
  const rowOf = (row) => data.subarray(row * columns, (row + 1) * columns);
  const inked = range(rows).map((row) => rowOf(row).some((ink) => ink >= MIN_INK));
  const frame = new Uint8Array(GLYPH_SHAPE[0] * GLYPH_SHAPE[1]);
  if (!inked.includes(true)) return [frame, 1];
  const [top, end] = [inked.indexOf(true), inked.lastIndexOf(true) + 1];
  const left = (GLYPH_SHAPE[1] - columns) / 2;
  for (let row = 0; row < end; row++) frame.set(rowOf(row), (BASELINE - end + row) * GLYPH_SHAPE[1] + left);
  return [frame, clip(Math.sqrt(DIGIT_HEIGHT / (end - top)), 1, glyphs.MAX_STRETCH)];
}

/**
 * Draw a frame at a scale, its ink taller on the line, with edges of a pen: pixels become
 * a smooth surface, cut at half height.
 */
function resampled(frame, taller, scale, [high, wide]) {
  const [rows, columns] = GLYPH_SHAPE;
  const stretch = scale * taller;
  const down = resampling(high, rows, BASELINE, scale, stretch);
  const right = resampling(wide, columns, columns / 2, scale, stretch);
  const stretched = range(rows).map((row) => resample(frame.subarray(row * columns, (row + 1) * columns), right));
  const steepness = Math.max(1, stretch ** glyphs.SHARPNESS);
  const data = new Uint8Array(high * wide);
  const surface = new Float64Array(wide);
  down.forEach(({ first, weights }, y) => {
    surface.fill(0);
    weights.forEach((weight, i) => {
      const source = stretched[first + i];
      if (source) for (let x = 0; x < wide; x++) surface[x] += weight * source[x];
    });
    for (let x = 0; x < wide; x++) {
      const ink = rint(clip((surface[x] - outlines.EDGE) * steepness + 127.5, 0, 255));
      data[y * wide + x] = ink < MIN_INK ? 0 : ink;
    }
  });
  return data;
}

/** Return a longer or shorter row, or null without ink. */
function resample(row, kernel) {
  if (!row.some(Boolean)) return null;
  return Float64Array.from(kernel, ({ first, weights }) => {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i] * row[first + i];
    return total;
  });
}

/**
 * What each pixel adds to each of a longer or shorter row, from the first that adds any:
 * the cubics of Mitchell and Netravali (1988, doi 10.1145/54852.378514), as Python
 * chooses them.
 */
function resampling(size, pixels, still, scale, stretch) {
  const b = 1 - 1 / Math.max(1, stretch) ** 2;
  return range(size).map((i) => {
    const place = still + (i + 0.5 - still * scale) / stretch;
    const kernel = { first: 0, weights: [] };
    for (let pixel = 0; pixel < pixels; pixel++) {
      const x = Math.abs(place - (pixel + 0.5)) * Math.min(1, stretch);
      if (x >= 2) continue;
      const near = (1.5 - b) * x ** 3 + (1.5 * b - 2.5) * x ** 2 + 1 - b / 3;
      const far = (x - 2) ** 2 * ((1 - x) / 2 + (b * (2 * x - 1)) / 6);
      if (!kernel.weights.length) kernel.first = pixel;
      kernel.weights.push(x < 1 ? near : far);
    }
    const total = sum(kernel.weights);
    return { first: kernel.first, weights: kernel.weights.map((weight) => weight / total) };
  });
}

// The characters of a text, each in a frame of its own on the same baseline.

import { takePen } from "./hand.js";
import { clip, rint } from "./numbers.js";
import { BASELINE, DIGIT, drawSign, FRAME, SIGNS, STROKES } from "./signs.js";

const FAINT = 32; // ink below this, of 255, is paper: what a network leaves beside strokes
const STROKE = 5; // ink with fewer dark pixels than this around it is a speck
const TALLER = 1.2; // at most this much is given back to wide digits
const HALF = 120; // of 255: where enlarged ink ends, so that strokes keep their width
const STEEPER = 0.75; // its edges grow steeper by this power of the scale
const SIDE = 28; // pixels

/**
 * Draw characters in one hand.
 * @param signs digits and signs. @param height of a digit, in pixels.
 * @param style {thickness, slant, variety} as asked for.
 * @returns [frames, pen]; a frame has rows, columns and data, 0 paper to 255 ink.
 */
export function characters(model, signs, hand, height, style) {
  const [recipe, pen] = takePen(model, signs, hand, style);
  const images = model.draw(recipe);
  const frames = signs.map((sign, place) => {
    if (!SIGNS.includes(sign)) return enlarged(...onTheLine(clean(images.shift())), height / DIGIT);
    const accidents = hand.accidents(place, STROKES[sign].length, 8);
    return enlarged(drawSign(sign, pen, accidents), 1, height / DIGIT);
  });
  return [frames, pen];
}

/** Returns a digit without specks beside its strokes. */
function clean(image) {
  const dark = Math.max(FAINT, Math.max(...image) / 2);
  return image.map((ink, i) => {
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    let around = 0;
    for (let y = Math.max(0, row - 2); y <= Math.min(SIDE - 1, row + 2); y++)
      for (let x = Math.max(0, column - 2); x <= Math.min(SIDE - 1, column + 2); x++)
        around += image[y * SIDE + x] >= dark;
    return around >= STROKE ? ink : 0;
  });
}

/**
 * Put a digit onto the baseline of a frame. MNIST makes wide digits smaller; a hand does
 * not: they get back half of what they lost.
 * @returns [frame, how much taller it should be].
 */
function onTheLine(image) {
  const inked = Array.from({ length: SIDE }, (_, row) =>
    image.subarray(row * SIDE, (row + 1) * SIDE).some((v) => v >= FAINT),
  );
  const frame = new Uint8Array(FRAME[0] * FRAME[1]);
  if (!inked.includes(true)) return [frame, 1];
  const [top, end] = [inked.indexOf(true), inked.lastIndexOf(true) + 1];
  const beside = (FRAME[1] - SIDE) / 2;
  for (let row = 0; row < end; row++) {
    frame.set(image.subarray(row * SIDE, (row + 1) * SIDE), (BASELINE - end + row) * FRAME[1] + beside);
  }
  return [frame, clip(Math.sqrt(DIGIT / (end - top)), 1, TALLER)];
}

/**
 * Draw a frame at a scale, its ink taller on the line, with edges of a pen: pixels become
 * a smooth surface, cut at half height.
 */
function enlarged(frame, taller, scale) {
  const [rows, columns] = FRAME;
  const own = scale * taller;
  const [high, wide] = [rint(rows * scale), rint(columns * scale)];
  const down = weights(high, rows, BASELINE, scale, own);
  const right = weights(wide, columns, columns / 2, scale, own);
  const across = Array.from({ length: rows }, (_, row) =>
    stretched(frame.subarray(row * columns, (row + 1) * columns), right),
  );
  const steeper = Math.max(1, own ** STEEPER);
  const data = new Uint8Array(high * wide);
  const line = new Float64Array(wide);
  down.forEach(({ first, shares }, y) => {
    line.fill(0);
    shares.forEach((share, i) => {
      const source = across[first + i];
      if (source) for (let x = 0; x < wide; x++) line[x] += share * source[x];
    });
    for (let x = 0; x < wide; x++) {
      const ink = rint(clip((line[x] - HALF) * steeper + 127.5, 0, 255));
      data[y * wide + x] = ink < FAINT ? 0 : ink;
    }
  });
  return { rows: high, columns: wide, data };
}

/** Returns a longer or shorter row, or null without ink. */
function stretched(row, weights) {
  if (!row.some(Boolean)) return null;
  return Float64Array.from(weights, ({ first, shares }) => {
    let sum = 0;
    for (let i = 0; i < shares.length; i++) sum += shares[i] * row[first + i];
    return sum;
  });
}

/**
 * What each pixel adds to each of a longer or shorter row, from the first that adds any:
 * the cubics of Mitchell and Netravali (1988, doi 10.1145/54852.378514), as Python
 * chooses them.
 */
function weights(size, pixels, still, scale, own) {
  const b = 1 - 1 / Math.max(1, own) ** 2;
  return Array.from({ length: size }, (_, i) => {
    const place = still + (i + 0.5 - still * scale) / own;
    const found = { first: 0, shares: [] };
    for (let pixel = 0; pixel < pixels; pixel++) {
      const x = Math.abs(place - (pixel + 0.5)) * Math.min(1, own);
      if (x >= 2) continue;
      const near = (1.5 - b) * x ** 3 + (1.5 * b - 2.5) * x ** 2 + 1 - b / 3;
      const far = (x - 2) ** 2 * ((1 - x) / 2 + (b * (2 * x - 1)) / 6);
      if (!found.shares.length) found.first = pixel;
      found.shares.push(x < 1 ? near : far);
    }
    const sum = found.shares.reduce((total, share) => total + share, 0);
    return { ...found, shares: found.shares.map((share) => share / sum) };
  });
}

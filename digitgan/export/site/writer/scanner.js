// What a scanner makes of a picture: uneven light, blur, grain; nothing moves. Blur and
// light are Pillow's filters, in the whole numbers in which it computes them.

import { clip, rint, single } from "./numbers.js";
import { Random } from "./random.js";

const SHADE = 0.2; // how much darker the darkest place is at full noise
const [BLUR, GRAIN] = [0.7, 9]; // at full noise: pixels, grey levels
const [ROWS, COLUMNS] = [3, 4]; // of the places that decide the light
const LANE = 13; // of random numbers
const PASSES = 3; // of a box, for a Gaussian

/** Returns grey levels as a scanner sees them. @param noise from 0 to 1, a poor scan. */
export function scanned({ width, height, grey }, noise, seed) {
  if (!noise) return grey;
  const random = new Random(seed, 0, LANE);
  const shades = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => random.uniform32()));
  const across = shades.map((row) => cubic(row, width));
  const seen = blurred(grey, width, height, BLUR * noise);
  const down = Array.from({ length: width }, (_, x) =>
    cubic(
      across.map((row) => row[x]),
      height,
    ),
  );
  return seen.map((level, i) => {
    const light = single(
      1 - single(single(SHADE * noise) * single(clip(down[i % width][Math.floor(i / width)], 0, 1))),
    );
    const grain = single(single(GRAIN * noise) * random.normal32());
    return rint(clip(single(single(level * light) + grain), 0, 255));
  });
}

/** Lengthen a row by the cubic of Keys (1981, doi 10.1109/TASSP.1981.1163711). */
function cubic(row, size) {
  return Array.from({ length: size }, (_, i) => {
    const place = ((i + 0.5) * row.length) / size;
    const [begin, end] = [Math.max(0, Math.trunc(place - 1.5)), Math.min(row.length, Math.trunc(place + 2.5))];
    let [sum, weights] = [0, 0];
    for (let j = begin; j < end; j++) {
      const x = Math.abs(j + 0.5 - place);
      const weight = x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
      sum += weight * row[j];
      weights += weight;
    }
    return single(sum / weights);
  });
}

/** Blur by boxes less than three pixels wide, along the rows and then down. */
function blurred(grey, width, height, radius) {
  const variance = (radius * radius) / PASSES;
  const beyond = (3 * variance) / (6 * (1 - variance)); // how far a box reaches over its pixel
  const own = Math.trunc(2 ** 24 / (2 * beyond + 1));
  const beside = Math.trunc((2 ** 24 - own) / 2);
  const pass = (levels, step, place, last) =>
    levels.map((level, i) => {
      const at = place(i);
      const [before, after] = [at > 0 ? levels[i - step] : level, at < last ? levels[i + step] : level];
      return Math.floor((level * own + (before + after) * beside + 2 ** 23) / 2 ** 24);
    });
  let levels = grey;
  for (let i = 0; i < PASSES; i++) levels = pass(levels, 1, (place) => place % width, width - 1);
  for (let i = 0; i < PASSES; i++) levels = pass(levels, width, (place) => Math.floor(place / width), height - 1);
  return levels;
}

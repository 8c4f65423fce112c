// Random numbers that depend on the seed and on what they are for alone.

import { random_streams } from "../constants.js";
import { RandomGenerator } from "./random_generator.js";

export const { Stream } = random_streams;

/**
 * Return the random numbers of one purpose.
 * @param {number} purpose one of Stream.
 * @param {number | string} seed from 0 to 2 ** 64 - 1; large ones as digits.
 * @param {number} number of the sample, the reroll ..., from 0.
 * @param {number} place within a text.
 */
export const randomStream = (purpose, seed, number = 0, place = 0) =>
  new RandomGenerator(seed, number, place, purpose);

/** Draw the latents of digits start to start + n of a seed, Float32Array each. */
export function drawLatents(n, size, seed, start = 0) {
  const { ROWS_PER_KEY } = random_streams;
  const latents = [];
  for (let digit = start; digit < start + n; ) {
    const key = Math.floor(digit / ROWS_PER_KEY);
    const random = randomStream(Stream.LATENTS, seed, key);
    for (let skipped = (digit % ROWS_PER_KEY) * size; skipped > 0; skipped--) random.normal32();
    for (; digit < start + n && Math.floor(digit / ROWS_PER_KEY) === key; digit++) {
      latents.push(Float32Array.from({ length: size }, () => random.normal32()));
    }
  }
  return latents;
}

// A flat torus through the latents: digits to wander in, without an edge.

import { latent_torus } from "../constants.js";
import { float32, range } from "./numpy.js";
import { drawLatents } from "./random_streams.js";

export const PERIOD = latent_torus.PERIOD;

/**
 * Return the generator's inputs for digits on a torus, row after row.
 * @param {{seed: number | string, digit?: number, x?: number, y?: number, thickness?: number,
 * slant?: number, variety?: number}} request x and y, steps to the right and down, say
 * where the first one is.
 */
export function torusInputs(sampler, request, columns = PERIOD, rows = PERIOD) {
  const { digit = 0, x = 0, y = 0, ...style } = request;
  const hand = sampler.generatorInputs(range(sampler.classes.length), style);
  const variety = float32(style.variety ?? 1);
  const latentAt = torusLatents(drawLatents(4, sampler.latentDim, style.seed));
  const places = range(rows * columns).map((i) => [x + (i % columns), y + Math.floor(i / columns)]);
  const conditions = Object.entries(hand).map(([name, values]) => [name, places.map(() => values[digit])]);
  const latents = places.map(([x, y]) => latentAt(x, y).map((value) => variety * value));
  return { ...Object.fromEntries(conditions), latents };
}

/** Return the latent of a place: two halves of the first turn in a circle each. */
function torusLatents(latents) {
  const [first, second, third, fourth] = latents;
  const root = Math.sqrt(2);
  return (x, y) => {
    const [a, b] = [x, y].map((steps) => ((2 * Math.PI) / PERIOD) * steps);
    return first.map((value, i) => {
      const [u, v] = [float32(value + second[i]) / root, float32(value - second[i]) / root];
      const turned = Math.cos(a) * u + Math.sin(a) * third[i] + Math.cos(b) * v;
      return (turned + Math.sin(b) * fourth[i]) / root;
    });
  };
}

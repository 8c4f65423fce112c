// A plane through the latents: a digit to wander in, without an edge.

import { drawLatents } from "./model.js";
import { single } from "./numbers.js";

export const TURN = 12; // steps after which the plane comes round

/**
 * Returns the recipe of digits on a plane, row after row.
 * @param asked {seed, digit, x, y, thickness, slant, variety}: x and y, steps to the right
 * and down, say where the first one is.
 */
export function plane(model, { digit = 0, x = 0, y = 0, ...asked }, columns = TURN, rows = TURN) {
  const every = model.classes.map((_, label) => label);
  const hand = model.recipe(every, asked);
  const variety = single(asked.variety ?? 1);
  const turned = turner(drawLatents(4, model.size, asked.seed));
  const places = Array.from({ length: rows * columns }, (_, i) => [x + (i % columns), y + Math.floor(i / columns)]);
  const told = Object.entries(hand).map(([name, values]) => [name, places.map(() => values[digit])]);
  const latents = places.map((place) => turned(...place).map((value) => single(variety * value)));
  return { ...Object.fromEntries(told), latents };
}

/** Returns what turns two halves of the hand's latent in a circle each. */
function turner([hand, other, right, down]) {
  const half = Math.sqrt(2);
  return (x, y) => {
    const [a, b] = [x, y].map((steps) => ((2 * Math.PI) / TURN) * steps);
    return hand.map((own, i) => {
      const [across, along] = [single(own + other[i]) / half, single(own - other[i]) / half];
      const turned = Math.cos(a) * across + Math.sin(a) * right[i] + Math.cos(b) * along;
      return (turned + Math.sin(b) * down[i]) / half;
    });
  };
}

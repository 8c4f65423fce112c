// A trained generator, as digitgan's Sampler: what decides digits, and drawing them.

import { Network } from "./network.js";
import { single } from "./numbers.js";
import { Random } from "./random.js";

const BLOCK = 1024; // digits that share a stream of random numbers
const JITTER = single(0.3);
export const STYLES = ["thickness", "slant"];

export class Model {
  #network;
  #table;

  /** @param told what model.json says. @param network, styles: Uint8Array of the files. */
  constructor(told, network, styles) {
    Object.assign(this, { name: told.name, classes: told.classes, limits: told.limits, size: told.latent_dim });
    this.styles = STYLES.filter((name) => name in told.limits);
    this.#network = new Network(network);
    this.#table = { ...told.styles, rows: new Float32Array(styles.buffer, styles.byteOffset, styles.length / 4) };
  }

  /**
   * Decide everything about digits of one hand.
   * @param labels the digits. @param asked {seed, thickness, slant, variety}.
   * @returns {latents: [Float32Array], label: [], thickness: [], slant: []}, by digit.
   * @throws an Error whose message says what cannot be asked.
   */
  recipe(labels, { seed, variety = 1, ...style }) {
    this.#check({ variety, ...style });
    const [usual] = drawLatents(1, this.size, seed);
    const latent = usual.map((value) => single(variety) * value);
    const recipe = { latents: labels.map(() => latent), label: labels };
    if (this.styles.length) Object.assign(recipe, this.#drawStyles(labels, seed, single(variety)));
    for (const name of this.styles) {
      if (style[name] !== undefined) recipe[name] = labels.map(() => single(style[name]));
    }
    return recipe;
  }

  #check(asked) {
    const limits = { variety: [0, 1], ...this.limits };
    for (const name of ["variety", ...STYLES]) {
      const value = asked[name];
      if (value === undefined) continue;
      if (!(name in limits)) throw new Error(`${name} is given: this model cannot be asked for it`);
      const [low, high] = limits[name];
      if (!(value >= low && value <= high)) throw new Error(`${name} is ${value}: allowed is ${low} to ${high}`);
    }
  }

  /** The style of a real digit, moved a little; for every label equally far from the usual. */
  #drawStyles(labels, seed, variety) {
    const random = new Random(seed, 0, 1);
    const [which, ...moved] = [0, 1, 2].map(() => random.uniform32());
    const { first, count, mean, std, rows } = this.#table;
    const label = labels[0];
    const row = first[label] + Math.trunc(which * count[label]);
    return Object.fromEntries(
      STYLES.map((name, i) => {
        const own = single(single(rows[2 * row + i] - mean[label][i]) / std[label][i]);
        const deviation = single(own + single(JITTER * single(moved[i] - 0.5)));
        const off = single(variety * deviation);
        return [name, labels.map((one) => single(mean[one][i] + single(off * std[one][i])))];
      }),
    );
  }

  /** Draw what a recipe says: Uint8Array of 784 pixels each, 0 paper to 255 ink. */
  draw = (recipe) => this.#network.draw(recipe);
}

/** Draw the latents of digits start to start + n of a seed, Float32Array each. */
export function drawLatents(n, size, seed, start = 0) {
  const found = [];
  for (let digit = start; digit < start + n;) {
    const block = Math.floor(digit / BLOCK);
    const random = new Random(seed, block, 0);
    for (let skipped = (digit % BLOCK) * size; skipped > 0; skipped--) random.normal32();
    for (; digit < start + n && Math.floor(digit / BLOCK) === block; digit++) {
      found.push(Float32Array.from({ length: size }, () => random.normal32()));
    }
  }
  return found;
}

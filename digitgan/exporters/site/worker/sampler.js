// A trained generator, as digitgan's Sampler: what decides digits, and drawing them.

import { styles } from "../constants.js";
import { float16, float32 } from "./numpy.js";
import { OnnxSession } from "./onnx_session.js";
import { drawLatents } from "./random_streams.js";
import { StyleTable, STYLES } from "./styles.js";

export class Sampler {
  #session;
  #styles;

  /**
   * @param description what model.json says.
   * @param {Uint8Array} network the file generator.onnx.
   * @param {Uint8Array} styles the file styles.bin.
   */
  constructor(description, network, styles) {
    this.classes = description.classes;
    this.limits = description.limits;
    this.latentDim = description.latent_dim;
    this.styles = STYLES.filter((name) => name in description.limits);
    this.#session = new OnnxSession(network);
    const bits = new Uint16Array(styles.buffer, styles.byteOffset, styles.length / 2);
    const rows = Float32Array.from(bits, float16);
    this.#styles = new StyleTable(description.styles, rows);
  }

  /**
   * Decide everything about digits of one hand.
   * @param {number[]} labels the digits.
   * @param {{seed: number | string, thickness?: number, slant?: number, variety?: number}} style
   * @returns {any} the generator's inputs: {latents: [Float32Array], label: [],
   * thickness: [], slant: []}, by digit.
   * @throws an Error whose message says what is out of range.
   */
  generatorInputs(labels, { seed, variety = 1, ...style }) {
    this.#check({ variety, ...style });
    const [first] = drawLatents(1, this.latentDim, seed);
    const latent = first.map((value) => float32(variety) * value);
    const inputs = { latents: labels.map(() => latent), label: labels };
    if (this.styles.length) Object.assign(inputs, this.#styles.drawOneHand(labels, seed, float32(variety)));
    for (const name of this.styles) {
      if (style[name] !== undefined) inputs[name] = labels.map(() => float32(style[name]));
    }
    return inputs;
  }

  #check(style) {
    const limits = { variety: [0, styles.MAX_VARIETY], ...this.limits };
    for (const name of ["variety", ...STYLES]) {
      const value = style[name];
      if (value === undefined) continue;
      if (!(name in limits)) throw new Error(`${name} is given to a model without it`);
      const [low, high] = limits[name];
      if (!(value >= low && value <= high)) throw new Error(`${name} is ${value}: allowed is ${low} to ${high}`);
    }
  }

  /** Run the generator: images {rows, columns, data}, 0 background to 255 ink. */
  draw = (inputs) => this.#session.run(inputs);
}

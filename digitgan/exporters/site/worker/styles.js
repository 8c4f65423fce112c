// How thick and how slanted: drawn as real digits are.

import { styles } from "../constants.js";
import { float32 } from "./numpy.js";
import { randomStream, Stream } from "./random_streams.js";

export const STYLES = Object.keys(styles.STYLE_UNITS);
const JITTER = float32(styles.JITTER);
const THINNEST = float32(styles.THINNEST_HAND);

/** The styles of some real digits, by label. */
export class StyleTable {
  /**
   * @param {{first: number[], count: number[], mean: number[][], std: number[][]}} table by label.
   * @param {Float32Array} rows a thickness and a slant of each real digit.
   */
  constructor(table, rows) {
    this.table = table;
    this.rows = rows;
  }

  /**
   * Draw the style of a real digit, moved a little; for every label equally far from the
   * usual one.
   * @returns {Object<string, number[]>} thickness and slant, by digit.
   */
  drawOneHand(labels, seed, variety) {
    const random = randomStream(Stream.STYLES, seed);
    const [which, ...noise] = [0, 1, 2].map(() => random.uniform32());
    const { first, count, mean, std } = this.table;
    const label = labels[0];
    const row = first[label] + Math.trunc(which * count[label]);
    return Object.fromEntries(
      STYLES.map((name, i) => {
        const own = float32(float32(this.rows[2 * row + i] - mean[label][i]) / std[label][i]);
        const deviation = float32(own + float32(JITTER * float32(noise[i] - 0.5)));
        const scaled = float32(variety * (name === "thickness" ? Math.max(deviation, THINNEST) : deviation));
        return [name, labels.map((one) => float32(mean[one][i] + float32(scaled * std[one][i])))];
      }),
    );
  }
}

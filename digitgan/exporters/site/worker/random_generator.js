// What NumPy's Generator draws from Philox, number for number: normal ones by the
// ziggurat of Marsaglia and Tsang (2000, doi 10.18637/jss.v005.i08).

import { Philox } from "./philox.js";

const LAYERS = 256;
const TAIL = 3.654152885361009; // where the lowest layer ends and the tail begins
const AREA = 0.004928673233974655; // of each layer
const density = (x) => Math.exp((-x * x) / 2);

/** Width of each layer, the lowest first, then from the top to the bottom. */
const widths = new Float64Array(LAYERS);
widths[0] = AREA / density(TAIL); // as if its tail were a rectangle, too
widths[LAYERS - 1] = TAIL;
for (let i = LAYERS - 2; i > 0; i--) {
  widths[i] = Math.sqrt(-2 * Math.log(AREA / widths[i + 1] + density(widths[i + 1])));
}
const heights = widths.map((width, i) => (i ? density(width) : 1));

/** How many of the steps across a layer surely lie under the curve, and their width. */
function table(steps, rounded) {
  const inside = (i) => (i === 0 ? TAIL : i === 1 ? 0 : widths[i - 1]);
  const sure = widths.map((width, i) => Math.floor((inside(i) / width) * steps));
  return { sure, rounded, step: widths.map((width) => rounded(width / steps)), heights: heights.map(rounded) };
}
const DOUBLE = table(2 ** 52, Number);
const SINGLE = table(2 ** 23, Math.fround);

export class RandomGenerator {
  #bits;

  /** Takes what Philox does. */
  constructor(seed, number, place, purpose) {
    this.#bits = new Philox(seed, number, place, purpose);
  }

  /** Returns a number in [0, 1) of 53 bits. */
  uniform() {
    const [high, low] = this.#bits.next64();
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
  }

  /** Returns a number in [0, 1) of 24 bits. */
  uniform32() {
    return (this.#bits.next32() >>> 8) * 2 ** -24;
  }

  /** Returns a standard normal number. */
  normal() {
    for (;;) {
      const [high, low] = this.#bits.next64();
      const place = (high & 0x1fffffff) * 2 ** 23 + (low >>> 9); // of its highest 55 bits, 52
      const value = this.#normal(DOUBLE, low & 0xff, (low >>> 8) & 1, place, () => this.uniform());
      if (value !== null) return value;
    }
  }

  /** Returns a standard normal number of single precision. */
  normal32() {
    for (;;) {
      const bits = this.#bits.next32();
      const value = this.#normal(SINGLE, bits & 0xff, (bits >>> 8) & 1, bits >>> 9, () => this.uniform32());
      if (value !== null) return value;
    }
  }

  /** Returns a normal number, or null where the place lies above the curve. */
  #normal({ sure, rounded, step, heights }, layer, negative, place, uniform) {
    const value = rounded((negative ? -place : place) * step[layer]);
    if (place < sure[layer]) return value;
    if (layer) {
      const height = (heights[layer - 1] - heights[layer]) * uniform() + heights[layer];
      return height < density(value) ? value : null;
    }
    for (;;) {
      const beyond = rounded(-rounded(1 / TAIL) * rounded(Math.log1p(-uniform())));
      const room = -Math.log1p(-uniform());
      if (room + room <= beyond * beyond) continue;
      const value = rounded(rounded(TAIL) + beyond);
      return Math.floor(place / 256) % 2 ? -value : value;
    }
  }
}

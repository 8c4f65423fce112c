// The game: who takes a step when, on what, and what is drawn of it. Nothing here knows a
// page or a worker.

import { defaultDevice, init, numpy as np, random, tree } from "./jax-js/index.js";
import { improvement, probabilities } from "./gradient.js";
import { CLASSES, LATENTS, newDiscriminator, newGenerator, SIDE } from "./players.js";
import { correction, discriminatorStep, draw, generatorStep, noSquares } from "./training_step.js";

export const COLUMNS = 10; // of a sheet: so many of each digit
export const DEFAULTS = { rate: 0.002, penalty: 0.05, discriminatorSteps: 1, generatorSteps: 1, latents: LATENTS, labels: true };
const SHOWN = [2, 3, 5, 7, 8]; // labels of the digits with arrows
const BATCH = 64; // real digits of a step, and as many fakes
const EMA_DECAY = 0.99;
const PIXELS = SIDE * SIDE;

/** Make ready to compute, by a device if it is there; to be awaited before anything else. */
export async function prepare(device = "wasm") {
  const there = await init(/** @type {any} */ (device), "wasm").catch(() => init("wasm"));
  const found = there.find((one) => one === device) ?? "wasm";
  defaultDevice(found);
  return found;
}

/** Two players on real digits. */
export class Trainer {
  settings = { ...DEFAULTS };
  steps = 0; // of the generator
  digits = 0; // real ones that the discriminator has seen
  facts = { real: 0.5, fake: 0.5, discriminator: 2 * Math.log(2), generator: Math.log(2) };
  #discriminatorSteps = 0;
  /** @type {any} generator, discriminator, ema */
  #players;
  #key;
  #saved = null; // what `undo` goes back to

  /**
   * @param {{pixels: Float32Array, labels: Uint8Array}} real `pixels` from -1 to 1,
   *   SIDE * SIDE of each digit.
   * @param {number} seed
   */
  constructor(real, seed) {
    this.real = real;
    const [generator, discriminator] = [newGenerator(seed), newDiscriminator(seed + 1)];
    this.#players = {
      ema: tree.ref(generator),
      generator: { squares: noSquares(tree.ref(generator)), weights: generator },
      discriminator: { squares: noSquares(tree.ref(discriminator)), weights: discriminator },
    };
    this.#key = random.key(seed + 2);
    this.seed = seed;
  }

  /** The discriminator's steps and those of the generator. */
  step() {
    for (let i = 0; i < this.settings.discriminatorSteps; i++) this.#stepOfDiscriminator();
    for (let i = 0; i < this.settings.generatorSteps; i++) this.#stepOfGenerator();
  }

  #stepOfDiscriminator() {
    const { generator, discriminator } = this.#players;
    const [pixels, labels] = this.#batch();
    const options = { rate: this.settings.rate, penalty: this.settings.penalty, correction: correction(++this.#discriminatorSteps), mask: this.#mask() };
    const [next, facts] = /** @type {any} */ (discriminatorStep)(discriminator, tree.ref(generator.weights), this.#nextKey(), pixels, labels, options);
    this.#players.discriminator = next;
    this.digits += BATCH;
    for (const name of ["real", "fake", "discriminator"]) this.#note(name, facts[name]);
  }

  #stepOfGenerator() {
    const { generator, discriminator, ema } = this.#players;
    const labels = Uint8Array.from({ length: BATCH }, (_, i) => i % CLASSES);
    const decay = Math.min(EMA_DECAY, ++this.steps / (this.steps + 9)); // short at first
    const options = { rate: this.settings.rate, decay, correction: correction(this.steps), mask: this.#mask() };
    const [next, averaged, loss] = generatorStep(generator, ema, tree.ref(discriminator.weights), this.#nextKey(), this.#oneHot(labels), options);
    Object.assign(this.#players, { generator: next, ema: averaged });
    this.#note("generator", loss);
  }

  /** A running mean: what a single batch says is noise. */
  #note(name, array) {
    this.facts[name] = 0.9 * this.facts[name] + 0.1 * array.dataSync()[0];
  }

  /** Save what `undo` goes back to. */
  save() {
    const { settings, steps, digits, facts } = this;
    tree.dispose(this.#saved?.players);
    const players = tree.ref(this.#players);
    this.#saved = { players, discriminatorSteps: this.#discriminatorSteps, rest: { settings, steps, digits, facts: { ...facts } } };
  }

  get canUndo() {
    return this.#saved !== null;
  }

  /** Go back to what was saved: weights, settings and all. */
  undo() {
    const { players, discriminatorSteps, rest } = this.#saved;
    tree.dispose(this.#players);
    this.#players = players;
    this.#discriminatorSteps = discriminatorSteps;
    Object.assign(this, rest);
    this.#saved = null;
  }

  /**
   * Draw COLUMNS of each digit, a row each, by the average of the generator's weights.
   * @param {number} sheet the number of the latents; 0 are those to watch.
   * @returns {Float32Array} from -1 to 1
   */
  sheet(sheet = 0) {
    const labels = Uint8Array.from({ length: CLASSES * COLUMNS }, (_, i) => Math.floor(i / COLUMNS));
    return this.#draw(labels, sheet).dataSync();
  }

  #draw(labels, sheet) {
    const latents = random.normal(random.key(this.seed + 1000 + sheet), [labels.length, LATENTS]).mul(this.#mask());
    return draw(tree.ref(this.#players.ema), latents, this.#oneHot(labels));
  }

  /** Some digits, and which way the discriminator would have each of their pixels go. */
  arrows() {
    const labels = Uint8Array.from(SHOWN);
    const images = this.#draw(labels, 0);
    const shown = images.ref.dataSync();
    const weights = tree.ref(this.#players.discriminator.weights);
    return { side: SIDE, images: shown, arrows: improvement(weights, images, this.#oneHot(labels)).dataSync() };
  }

  /** So many digits, half of them fakes, shuffled: {pixels, real, probability}. */
  quiz(count, sheet) {
    const half = count / 2;
    const [realPixels, realLabels] = this.#batch(half);
    const fakeLabels = Uint8Array.from({ length: half }, () => Math.floor(Math.random() * CLASSES));
    const fakes = this.#draw(fakeLabels, sheet);
    const digits = [[realPixels, realLabels, true], [fakes, this.#oneHot(fakeLabels), false]].flatMap(([pixels, labels, real]) => {
      const values = pixels.ref.dataSync();
      const found = probabilities(tree.ref(this.#players.discriminator.weights), pixels, labels).dataSync();
      return Array.from(found, (probability, i) => ({ pixels: values.slice(i * PIXELS, (i + 1) * PIXELS), real, probability }));
    });
    return digits.map((digit) => ({ digit, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ digit }) => digit);
  }

  dispose() {
    tree.dispose([this.#players, this.#key]);
    tree.dispose(this.#saved?.players);
  }

  #nextKey() {
    const [next, key] = np.unstack(random.split(this.#key, 2));
    this.#key = next;
    return key;
  }

  /** Noughts for the latents that are off. */
  #mask() {
    const { latents } = this.settings;
    return np.array(Float32Array.from({ length: LATENTS }, (_, i) => Number(i < latents)), { shape: [LATENTS] });
  }

  /** Real digits by chance, and their labels. */
  #batch(count = BATCH) {
    const { pixels, labels } = this.real;
    const chances = count === BATCH ? random.uniform(this.#nextKey(), [count]).dataSync() : Array.from({ length: count }, Math.random);
    const chosen = Array.from(chances, (chance) => Math.floor(chance * labels.length));
    const batch = new Float32Array(count * PIXELS);
    chosen.forEach((one, i) => batch.set(pixels.subarray(one * PIXELS, (one + 1) * PIXELS), i * PIXELS));
    return [np.array(batch, { shape: [count, PIXELS] }), this.#oneHot(Uint8Array.from(chosen, (one) => labels[one]))];
  }

  /** (n, CLASSES), all noughts where labels are off. */
  #oneHot(labels) {
    const hot = new Float32Array(labels.length * CLASSES);
    if (this.settings.labels) labels.forEach((label, i) => (hot[i * CLASSES + label] = 1));
    return np.array(hot, { shape: [labels.length, CLASSES] });
  }
}

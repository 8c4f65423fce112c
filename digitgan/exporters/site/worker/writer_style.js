// One hand: digits that one person wrote, alike but never twice the same.

import { writer_style } from "../constants.js";
import { interpolate, slerp } from "./generator_inputs.js";
import { clip, float32, range, sum } from "./numpy.js";
import { pieces } from "./outlines.js";
import { randomStream, Stream } from "./random_streams.js";

const OWN = float32(writer_style.LATENT_JITTER);
const SHARED = float32(Math.sqrt(1 - writer_style.LATENT_JITTER ** 2));

/** Whose hand writes, and which of its characters are written anew. */
export class WriterStyle {
  #digits = {}; // by seed: what was chosen of them

  /**
   * @param {number | string} seed same seed, same hand.
   * @param {number[]} rerolls how many times each character was written anew.
   * @param {number | string} toward seed of another hand.
   */
  constructor(seed, rerolls = [], toward = 0) {
    this.seed = seed;
    this.rerolls = rerolls;
    this.toward = toward;
    this.share = 0; // how far on the way to it, to 1
  }

  /** Return what sets a mark apart in its hand: rows of normal numbers. */
  markNoise(place, rows, columns) {
    const [first, last] = this.#ends((seed) => this.#noise(seed, place, rows, columns));
    return first.map((row, i) => slerp(row, last[i], this.share));
  }

  /**
   * Draw digits in the hands of both ends, and choose the first try at each that is in
   * one piece, or the last.
   * @param {number[]} places of the digits among the characters.
   * @param {number} columns of the noise of a digit.
   * @param {(seed: number | string, noise: Float32Array[], digits: number[]) => any[]} draw
   * draws some of them.
   * @returns {{noise: Float32Array[], images: any[]}[]} those of each end.
   */
  wholeDigits(places, columns, draw) {
    return this.#ends((seed) => {
      this.#digits[seed] ??= firstWhole(
        places.map((place) => this.#noise(seed, place, writer_style.TRIES, columns)),
        (noise, digits) => draw(seed, noise, digits),
      );
      return this.#digits[seed];
    });
  }

  #noise(seed, place, rows, columns) {
    const random = randomStream(Stream.CHARACTER_NOISE, seed, this.rerolls[place] ?? 0, place);
    return range(rows).map(() => Float32Array.from({ length: columns }, () => random.normal32()));
  }

  /** Return something of the hand and of that it is on the way to. */
  #ends(of) {
    const first = of(this.seed);
    return [first, this.share ? of(this.toward) : first];
  }
}

function firstWhole(tries, draw) {
  const noise = tries.map(([first]) => first);
  let broken = range(noise.length);
  const images = draw(noise, broken);
  for (let n = 1; n < writer_style.TRIES; n++) {
    broken = broken.filter((digit) => pieces(images[digit]) > 1);
    for (const digit of broken) noise[digit] = tries[digit][n];
    const again = draw(broken.map((digit) => noise[digit]), broken);
    broken.forEach((digit, i) => (images[digit] = again[i]));
  }
  return { noise, images };
}

/**
 * Decide how a hand strays over the lines of a text.
 * @returns {{below: number[], gaps: number[]}} how far under its line each character
 * stands, in heights, and how much of the distance that it may choose it takes.
 */
export function baselineJitter(rows, writer) {
  const draw = (seed) => {
    const random = randomStream(Stream.BASELINE_JITTER, seed);
    const below = wander(rows, random);
    return { below, gaps: below.map(() => random.uniform()) };
  };
  const first = draw(writer.seed);
  if (!writer.share) return first;
  const last = draw(writer.toward);
  const mix = (name) => first[name].map((v, i) => (1 - writer.share) * v + writer.share * last[name][i]);
  return { below: mix("below"), gaps: mix("gaps") };
}

/** Walk smoothly up and down along each line. */
function wander(rows, random) {
  const { BASELINE_STEP, MAX_OFFSET, PERSISTENCE } = writer_style;
  return rows.flatMap((row) => {
    let place = random.normal();
    return [...row.replaceAll(" ", "")].map(() => {
      const here = clip(BASELINE_STEP * place, -MAX_OFFSET, MAX_OFFSET);
      place = PERSISTENCE * place + Math.sqrt(1 - PERSISTENCE ** 2) * random.normal();
      return here;
    });
  });
}

/**
 * Draw the digits of a text in one hand.
 * @param characters digits and punctuation.
 * @param {WriterStyle} writer
 * @param {{thickness?: number, slant?: number, variety?: number}} style
 * @returns {[any[], {thickness: number, slant: number}]} their images, and the pen: the
 * hand's mean thickness and slant.
 */
export function drawDigits(sampler, characters, writer, style) {
  const every = range(sampler.classes.length);
  const places = range(characters.length).filter((place) => sampler.classes.includes(characters[place]));
  const labels = places.map((place) => sampler.classes.indexOf(characters[place]));
  // A hand is that of its first label: 0, whatever it writes.
  const handOf = (seed) => sampler.generatorInputs([...every, ...labels], { ...style, seed });
  const digitsOf = (hand, digits) => pick(hand, digits.map((digit) => every.length + digit));
  const [first, last] = writer.wholeDigits(places, sampler.latentDim + 2, (seed, noise, digits) =>
    sampler.draw(vary(sampler, digitsOf(handOf(seed), digits), noise)),
  );
  const hand = writer.share ? interpolate(handOf(writer.seed), handOf(writer.toward), writer.share) : handOf(writer.seed);
  const alphabet = pick(hand, every);
  const pen = sampler.styles.length
    ? { thickness: mean(alphabet.thickness), slant: mean(alphabet.slant) }
    : measurePen(sampler.draw(alphabet));
  if (!writer.share) return [first.images, pen];
  const noise = first.noise.map((row, i) => slerp(row, last.noise[i], writer.share));
  return [sampler.draw(vary(sampler, digitsOf(hand, range(labels.length)), noise)), pen];
}

/** Return some of the inputs of the generator, by number. */
const pick = (inputs, numbers) =>
  Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, numbers.map((i) => values[i])]));

/** Add to the latent and the style of each digit's hand its own. */
function vary(sampler, hand, noise) {
  const inputs = { ...hand };
  inputs.latents = hand.latents.map((latent, i) =>
    latent.map((value, j) => float32(SHARED * value) + float32(OWN * noise[i][j])),
  );
  sampler.styles.forEach((name, column) => {
    const [low, high] = sampler.limits[name];
    const jitter = float32(writer_style.STYLE_JITTER[name]);
    inputs[name] = hand[name].map((value, i) => {
      const moved = float32(value + float32(jitter * noise[i][sampler.latentDim + column]));
      return float32(clip(moved, low, high));
    });
  });
  return inputs;
}

const mean = (values) => float32(sum(values) / values.length);

/** Measure the mean pen of drawn strokes: twice their area over their outline; their shear. */
function measurePen(images) {
  const pens = images.map(measureOne);
  return { thickness: mean(pens.map(({ thickness }) => thickness)), slant: mean(pens.map(({ slant }) => slant)) };
}

function measureOne({ rows, columns, data }) {
  const inside = (row, column) => row >= 0 && row < rows && column >= 0 && column < columns;
  const ink = (row, column) => (inside(row, column) ? data[row * columns + column] / 255 : 0);
  // The outline is the total variation of the ink; the centre is its first moment.
  let [area, moment_y, moment_x, outline] = [0, 0, 0, 0];
  for (let row = -1; row < rows; row++) {
    for (let column = -1; column < columns; column++) {
      const [here, right] = [ink(row, column), ink(row, column + 1)];
      const [below, diagonal] = [ink(row + 1, column), ink(row + 1, column + 1)];
      outline += Math.hypot(below + diagonal - here - right, right + diagonal - here - below) / 2;
      area += here;
      moment_y += here * row;
      moment_x += here * column;
    }
  }
  // Slant is the shear between the second moments.
  let [covariance, variance] = [0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = [row - moment_y / area, column - moment_x / area];
      covariance += ink(row, column) * y * x;
      variance += ink(row, column) * y * y;
    }
  }
  return { thickness: (2 * area) / outline, slant: (Math.atan(-covariance / variance) * 180) / Math.PI };
}

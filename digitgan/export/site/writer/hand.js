// One hand: digits that one person wrote, alike but never twice the same.

import { clip, single } from "./numbers.js";
import { Random } from "./random.js";
import { between, turned } from "./recipe.js";

const OWN = single(0.4); // of each latent is the digit's own, the rest the hand's
const SHARED = single(Math.sqrt(1 - 0.4 ** 2));
const JITTER = { thickness: single(0.12), slant: 1.5 };
const SIDE = 28; // pixels
const LANE = 10; // of random numbers

/** Whose hand writes, and which of its characters are written anew. */
export class Hand {
  /**
   * @param rerolls how many times each character was written anew.
   * @param toward seed of another hand. @param share how far on the way to it, 0 to 1.
   */
  constructor(seed, rerolls = [], toward = 0, share = 0) {
    Object.assign(this, { seed, rerolls, toward, share });
  }

  /** What sets a character apart in its hand: rows of normal numbers. */
  accidents(place, rows, columns) {
    const draw = (seed) => {
      const random = new Random(seed, this.rerolls[place] ?? 0, LANE, place);
      return Array.from({ length: rows }, () => Float32Array.from({ length: columns }, () => random.normal32()));
    };
    const [first, last] = [draw(this.seed), this.share ? draw(this.toward) : []];
    return first.map((row, i) => turned(row, last[i], this.share));
  }
}

/**
 * Decide the digits of a text in one hand.
 * @param signs digits and signs. @param style {thickness, slant, variety} as asked for.
 * @returns [recipe, pen], the pen being the hand's mean thickness and slant.
 */
export function takePen(model, signs, hand, style) {
  const every = model.classes.map((_, label) => label);
  const places = signs.map((_, place) => place).filter((place) => model.classes.includes(signs[place]));
  const both = [...every, ...places.map((place) => model.classes.indexOf(signs[place]))];
  let shared = model.recipe(both, { ...style, seed: hand.seed });
  if (hand.share) shared = between(shared, model.recipe(both, { ...style, seed: hand.toward }), hand.share);
  const part = (begin, end) => Object.fromEntries(Object.entries(shared).map(([k, v]) => [k, v.slice(begin, end)]));
  const [usual, written] = [part(0, every.length), part(every.length)];
  const pen = model.styles.length
    ? { thickness: mean(usual.thickness), slant: mean(usual.slant) }
    : measured(model.draw(usual));
  const own = places.map((place) => hand.accidents(place, 1, model.size + 2)[0]);
  written.latents = written.latents.map((latent, i) =>
    latent.map((value, j) => single(SHARED * value) + single(OWN * own[i][j])),
  );
  model.styles.forEach((name, column) => {
    const [low, high] = model.limits[name];
    written[name] = written[name].map((value, i) => {
      const moved = single(value + single(JITTER[name] * own[i][model.size + column]));
      return single(clip(moved, low, high));
    });
  });
  return [written, pen];
}

const mean = (values) => single(values.reduce((sum, value) => sum + value, 0) / values.length);

/** Measure the mean pen of drawn strokes: twice their area over their outline; their shear. */
function measured(images) {
  const pens = images.map(measuredOne);
  return { thickness: mean(pens.map(({ thickness }) => thickness)), slant: mean(pens.map(({ slant }) => slant)) };
}

function measuredOne(image) {
  const ink = (row, column) =>
    row >= 0 && row < SIDE && column >= 0 && column < SIDE ? image[row * SIDE + column] / 255 : 0;
  let [area, high, wide, outline] = [0, 0, 0, 0];
  for (let row = -1; row < SIDE; row++) {
    for (let column = -1; column < SIDE; column++) {
      const [here, right, below, aslant] = [
        ink(row, column),
        ink(row, column + 1),
        ink(row + 1, column),
        ink(row + 1, column + 1),
      ];
      outline += Math.hypot(below + aslant - here - right, right + aslant - here - below) / 2;
      area += here;
      high += here * row;
      wide += here * column;
    }
  }
  let [together, down] = [0, 0];
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [y, x] = [row - high / area, column - wide / area];
      together += ink(row, column) * y * x;
      down += ink(row, column) * y * y;
    }
  }
  return { thickness: (2 * area) / outline, slant: (Math.atan(-together / down) * 180) / Math.PI };
}

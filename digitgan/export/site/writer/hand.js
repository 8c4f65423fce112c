// One hand: digits that one person wrote, alike but never twice the same.

import { drawLatents } from "./model.js";
import { clip, single } from "./numbers.js";
import { Random } from "./random.js";

const OWN = 0.4; // of each latent is the digit's own, the rest the hand's
const JITTER = { thickness: 0.12, slant: 1.5 };
const SIDE = 28; // pixels

/**
 * Decide digits in one hand.
 * @returns [recipe, pen], the pen being the hand's mean thickness and slant.
 */
export function takePen(model, labels, asked) {
  const every = model.classes.map((_, label) => label);
  const both = model.recipe([...every, ...labels], asked);
  const part = (begin, end) => Object.fromEntries(Object.entries(both).map(([k, v]) => [k, v.slice(begin, end)]));
  const [usual, written] = [part(0, every.length), part(every.length)];
  const pen = model.styles.length
    ? { thickness: mean(usual.thickness), slant: mean(usual.slant) }
    : measured(model.draw(usual));
  const own = drawLatents(labels.length, model.size, asked.seed, 1);
  const [ofHand, ofOwn] = [single(Math.sqrt(1 - OWN ** 2)), single(OWN)];
  written.latents = written.latents.map((latent, i) =>
    latent.map((value, j) => single(ofHand * value) + single(ofOwn * own[i][j])),
  );
  const random = new Random(asked.seed, 0, 10);
  const unsteady = labels.map(() => [random.normal32(), random.normal32()]);
  model.styles.forEach((name, column) => {
    const [low, high] = model.limits[name];
    written[name] = written[name].map((value, i) =>
      single(clip(single(value + single(single(JITTER[name]) * unsteady[i][column])), low, high)),
    );
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
  const ink = (row, column) => (row >= 0 && row < SIDE && column >= 0 && column < SIDE ? image[row * SIDE + column] / 255 : 0);
  let [area, high, wide, outline] = [0, 0, 0, 0];
  for (let row = -1; row < SIDE; row++) {
    for (let column = -1; column < SIDE; column++) {
      const [here, right, below, aslant] = [ink(row, column), ink(row, column + 1), ink(row + 1, column), ink(row + 1, column + 1)];
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

// One step of each player, compiled when it is first taken. Both use Adam without
// momentum (beta1 = 0), and an average of the generator's weights (EMA) draws.

import { jit, numpy as np, random, tree, valueAndGrad } from "./jax-js/index.js";
import { discriminatorLoss, generatorLoss } from "./losses.js";
import { generator, LATENTS, SIDE } from "./players.js";

const BETA2 = 0.99;

/**
 * Noughts in the shapes of weights: what Adam knows of squared gradients at first.
 * @param {any} weights
 */
export const noSquares = (weights) => tree.map((w) => np.zerosLike(w), weights);

/**
 * Adam's step with beta1 = 0.
 * @param {any} player weights and squares
 * @param {any} gradient
 * @param {any} rate
 * @param {any} correction 1 - BETA2 ** steps
 */
function adam({ weights, squares }, gradient, rate, correction) {
  const average = (s, g) => s.mul(BETA2).add(np.square(g).mul(1 - BETA2));
  const next = tree.map(average, squares, tree.ref(gradient));
  const move = (w, g, s) => w.sub(g.div(np.sqrt(s.div(correction.ref)).add(1e-8)).mul(rate.ref));
  const moved = tree.map(move, weights, gradient, tree.ref(next));
  tree.dispose([rate, correction]);
  return { weights: moved, squares: next };
}

export const correction = (steps) => 1 - BETA2 ** steps;

/** A batch of fakes of the generator for labels; latents that are masked are noughts. */
const fakes = (weights, key, labels, mask) =>
  generator(weights, random.normal(key, [labels.shape[0], LATENTS]).mul(mask), labels);

/** [discriminator, facts] after a step on real digits and as many fakes. */
export const discriminatorStep = jit((player, generatorWeights, key, real, labels, options) => {
  const [ofFakes, ofNoise] = np.unstack(random.split(key, 2));
  const n = real.shape[0];
  const fake = fakes(generatorWeights, ofFakes, labels.ref, options.mask);
  const noise = random.normal(ofNoise, [2 * n, SIDE * SIDE]);
  const lossAndGradient = valueAndGrad(discriminatorLoss, { hasAux: true });
  const weights = tree.ref(player.weights);
  const [[loss, facts], gradient] = /** @type {any} */ (lossAndGradient)(weights, real, fake, labels, noise, options.penalty);
  loss.dispose();
  return [adam(player, gradient, options.rate, options.correction), facts];
});

/** [generator, EMA, loss] after a step. */
export const generatorStep = jit((player, ema, discriminatorWeights, key, labels, options) => {
  const { rate, correction, decay, mask } = options;
  const loss = (weights) => generatorLoss(discriminatorWeights, fakes(weights, key, labels.ref, mask), labels);
  const [value, gradient] = valueAndGrad(loss)(tree.ref(player.weights));
  const next = adam(player, gradient, rate, correction);
  const blend = (average, w) => average.mul(decay.ref).add(w.mul(np.subtract(1, decay.ref)));
  const averaged = tree.map(blend, ema, tree.ref(next.weights));
  decay.dispose();
  return [next, averaged, value];
});

/** Digits of the generator as (n, SIDE * SIDE), from -1 to 1. */
export const draw = jit((weights, latents, labels) => generator(weights, latents, labels));

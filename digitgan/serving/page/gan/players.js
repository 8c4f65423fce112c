// The two players, as functions of their weights. jax-js owns what it is given: `.ref`
// keeps an array for another use.

import { nn, numpy as np, random } from "./jax-js/index.js";

export const SIDE = 20; // pixels: the box that every digit of MNIST lies in
export const CLASSES = 10;
export const LATENTS = 32;
const PIXELS = SIDE * SIDE;
const GENERATOR_WIDTHS = [128, 256];
const DISCRIMINATOR_WIDTHS = [256, 128];
const SLOPE = 0.2; // of LeakyReLU below 0

/** Dense weights by Glorot's rule, for small and even signals at the start. */
function glorot(key, inputs, outputs) {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return random.uniform(key, [inputs, outputs], { minval: -limit, maxval: limit });
}

export function newGenerator(seed) {
  const [first, second] = GENERATOR_WIDTHS;
  const [one, two, three] = keys(seed, 3);
  return {
    dense1: glorot(one, LATENTS + CLASSES, first),
    scale1: np.ones([first]),
    shift1: np.zeros([first]),
    dense2: glorot(two, first, second),
    scale2: np.ones([second]),
    shift2: np.zeros([second]),
    dense3: glorot(three, second, PIXELS),
    bias3: np.zeros([PIXELS]),
  };
}

export function newDiscriminator(seed) {
  const [first, second] = DISCRIMINATOR_WIDTHS;
  const [one, two, three] = keys(seed, 3);
  return {
    dense1: glorot(one, PIXELS, first),
    bias1: np.zeros([first]),
    dense2: glorot(two, first, second),
    bias2: np.zeros([second]),
    dense3: glorot(three, second, 1),
    bias3: np.zeros([1]),
    projection: np.zeros([second, CLASSES]),
  };
}

const keys = (seed, n) => np.unstack(random.split(random.key(seed), n));
const leaky = (x) => nn.leakyRelu(x, SLOPE);

function batchNormalization(x, scale, shift) {
  const centred = x.ref.sub(np.mean(x, 0));
  const variance = np.mean(np.square(centred.ref), 0);
  return centred.div(np.sqrt(variance.add(1e-5))).mul(scale).add(shift);
}

/**
 * Draw digits.
 * @param {any} w weights
 * @param latents (n, LATENTS), standard normal
 * @param labels (n, CLASSES), one-hot, or noughts
 * @returns {any} (n, PIXELS) from -1, background, to 1, ink
 */
export function generator(w, latents, labels) {
  const inputs = np.concatenate([latents, labels], 1);
  const first = leaky(batchNormalization(np.dot(inputs, w.dense1), w.scale1, w.shift1));
  const second = leaky(batchNormalization(np.dot(first, w.dense2), w.scale2, w.shift2));
  return np.tanh(np.dot(second, w.dense3).add(w.bias3));
}

/**
 * Say how real images look: logits (n), the label by projection (Miyato and Koyama 2018,
 * arXiv 1802.05637).
 * @param {any} w weights
 */
export function discriminator(w, images, labels) {
  const first = leaky(np.dot(images, w.dense1).add(w.bias1));
  const features = leaky(np.dot(first, w.dense2).add(w.bias2));
  const ofClasses = np.dot(features.ref, w.projection).mul(labels);
  return np.sum(ofClasses, 1).add(np.squeeze(np.dot(features, w.dense3), 1)).add(w.bias3);
}

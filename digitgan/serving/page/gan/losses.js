// What each player loses: non-saturating cross-entropy, and a penalty on the
// discriminator's slope, as in digitgan/model/losses.py.

import { nn, numpy as np, tree } from "./jax-js/index.js";
import { discriminator } from "./players.js";

/** log(1 + exp(x)), for any x: the library's own overflows where a player has won. */
const softplus = (x) => nn.relu(x.ref).add(np.log1p(np.exp(np.absolute(x).neg())));

const SHIFT = 0.05; // standard deviation of the noise that the slope is estimated with

/**
 * [loss, {real, fake, discriminator}]: mean probabilities, and the loss without its penalty.
 * @returns {[any, any]}
 */
export function discriminatorLoss(w, real, fake, labels, noise, penalty) {
  const images = np.concatenate([real, fake]);
  const both = np.concatenate([labels.ref, labels]);
  const logits = discriminator(tree.ref(w), images.ref, both.ref);
  const shifted = discriminator(w, images.add(noise.mul(SHIFT)), both);
  const slope = shifted.sub(logits.ref).div(SHIFT);
  const [ofReal, ofFake] = np.split(logits, 2);
  const loss = np.mean(softplus(ofReal.ref.neg())).add(np.mean(softplus(ofFake.ref)));
  const facts = {
    real: np.mean(nn.sigmoid(ofReal)),
    fake: np.mean(nn.sigmoid(ofFake)),
    discriminator: loss.ref,
  };
  return [loss.add(np.mean(np.square(slope)).mul(penalty)), facts];
}

export const generatorLoss = (discriminatorWeights, fake, labels) =>
  np.mean(softplus(discriminator(discriminatorWeights, fake, labels).neg()));

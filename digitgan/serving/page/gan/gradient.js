// What the discriminator finds of images, and which way each pixel would have to go for
// it to find them more real: the gradient that the generator learns from.

import { grad, jit, nn } from "./jax-js/index.js";
import { generatorLoss } from "./losses.js";
import { discriminator } from "./players.js";

/** How real the discriminator finds images, 0 to 1. */
export const probabilities = jit((/** @type {any} */ weights, images, labels) =>
  nn.sigmoid(discriminator(weights, images, labels)),
);

/** The generator's arrows: by how much more ink each pixel would make it lose less. */
export const improvement = jit((/** @type {any} */ weights, images, labels) =>
  grad((x) => generatorLoss(weights, x, labels))(images).neg(),
);

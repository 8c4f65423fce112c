// On the way from what decides some digits to what decides others.

import { clip, single } from "./numbers.js";

/** Turn normal numbers towards others on the sphere, Float32Array both. */
export function turned(first, last, share) {
  if (share === 0 || share === 1) return share ? last : first;
  const product = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const norms = Math.sqrt(product(first, first) * product(last, last));
  const cosine = product(first, last) / Math.max(norms, 1e-9);
  const angle = Math.max(Math.acos(clip(cosine, -1, 1)), 1e-3);
  const [near, far] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
  return first.map((value, i) => (near * value + far * last[i]) / Math.sin(angle));
}

/** Go a part of the way from one recipe to another over the same labels. */
export function between(first, last, share) {
  const [near, far] = [single(1 - share), single(share)];
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => {
      if (name === "label") return [name, values];
      if (name === "latents") return [name, values.map((latent, i) => turned(latent, last[name][i], share))];
      return [name, values.map((value, i) => single(single(near * value) + single(far * last[name][i])))];
    }),
  );
}

// The inputs of the generator are {latents: [Float32Array], label: [], thickness: [],
// slant: []}, by digit; here is the interpolation of two of them.

import { clip, float32, sum } from "./numpy.js";

/** Interpolate normal numbers along the sphere, Float32Array both. */
export function slerp(first, last, share) {
  if (share === 0 || share === 1) return share ? last : first;
  const dot = (a, b) => sum(a.map((value, i) => value * b[i]));
  const norms = Math.sqrt(dot(first, first) * dot(last, last));
  const cosine = dot(first, last) / Math.max(norms, 1e-9);
  const angle = Math.max(Math.acos(clip(cosine, -1, 1)), 1e-3);
  const [near, far] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
  return first.map((value, i) => (near * value + far * last[i]) / Math.sin(angle));
}

/** Interpolate inputs of the same labels: latents by slerp, styles linearly. */
export function interpolate(first, last, share) {
  const [near, far] = [float32(1 - share), float32(share)];
  const mix = {
    label: (value) => value,
    latents: (latent, other) => slerp(latent, other, share),
  };
  const linear = (value, other) => float32(float32(near * value) + float32(far * other));
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => {
      return [name, values.map((value, i) => (mix[name] ?? linear)(value, last[name][i]))];
    }),
  );
}

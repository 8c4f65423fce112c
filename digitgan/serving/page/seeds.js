// Seeds of 64 bits, which a number of JavaScript cannot hold: strings of digits.

const END = 2n ** 64n;

/** Return a seed as it is written usually, or undefined where a text is none. */
export function toSeed(text) {
  if (!/^[0-9]{1,40}$/.test(text ?? "")) return undefined;
  const seed = BigInt(text);
  return seed < END ? String(seed) : undefined;
}

/** Return the seed that comes so many later. */
export const seedAfter = (seed, steps) => String((BigInt(seed) + BigInt(steps)) % END);

export const randomSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000);

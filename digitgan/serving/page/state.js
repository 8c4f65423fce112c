// What the page shows, as a plain object, and its three ways out: the address of the
// page, the address of the picture, and the line of Python. All use the API's names.

export const HEIGHT = 120; // pixels of a digit: as large as the sheet shows it
export const PACE = 60; // milliseconds of each step of a walk, as the server has it
const LOOSE = 0.15; // heights between the least and the most spacing, as in Python
const NUMBERS = ["thickness", "slant", "variety", "noise"];
const ORDER = ["text", "seed", "thickness", "slant", "variety", "spacing", "lines", "noise", "rerolls", "toward"];
export const SIGNS = /^[0-9 \n\-.,:/+()]*$/;

export const fresh = () => ({ text: "2026", seed: randomSeed() });

export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
}

/** Read the state from the address; what makes no sense there is left out. */
export function fromAddress(search) {
  const told = new URLSearchParams(search);
  const state = fresh();
  if (told.has("text")) state.text = told.get("text").slice(0, 200);
  if (/^[0-9]{1,15}$/.test(told.get("seed") ?? "")) state.seed = Number(told.get("seed"));
  for (const name of NUMBERS) {
    const words = told.get(name);
    if (words !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(words)) state[name] = Number(words);
  }
  const spacing = /^(-?[0-9]{1,4}),(-?[0-9]{1,4})$/.exec(told.get("spacing") ?? "");
  if (spacing) state.spacing = [Number(spacing[1]), Number(spacing[2])];
  if (["ruled", "grid", "boxes"].includes(told.get("lines"))) state.lines = told.get("lines");
  const rerolls = told.get("rerolls") ?? "";
  if (/^[0-9]{1,6}(,[0-9]{1,6})*$/.test(rerolls)) state.rerolls = trimmed(rerolls.split(",").map(Number), state.text);
  if (/^[0-9]{1,15}$/.test(told.get("toward") ?? "")) state.toward = Number(told.get("toward"));
  return state;
}

/** Pairs of name and value: only what was asked for, in an order that never changes. */
export function asked(state, order = ORDER) {
  const drop = (name) => name === "spacing" && state.lines === "boxes";
  return order.filter((name) => state[name] !== undefined && !drop(name)).map((name) => [name, state[name]]);
}

export const toAddress = (state, order = ORDER) => `?${new URLSearchParams(asked(state, order))}`;

/** What the picture of a state is asked with: the address, and its size. */
export const toPicture = (state) => `${toAddress(state)}&height=${HEIGHT}`;

/** The statement that makes the same picture, byte for byte the same pixels. */
export function toPython(state, model) {
  const film = state.toward !== undefined;
  const python = (value) => (Array.isArray(value) ? `(${value.join(", ")}${value.length === 1 ? "," : ""})` : JSON.stringify(value));
  const [[, text], ...rest] = [...asked(state), ["height", HEIGHT]];
  const words = [python(text), ...rest.map(([name, value]) => `${name}=${python(value)}`)];
  const from = model === "flagship" ? "" : JSON.stringify(model);
  const made = `digitgan.load(${from}).${film ? "write_walk" : "write"}(${words.join(", ")})`;
  if (!film) return `${made}.image.save("${fileName(state)}.png")`;
  return `first, *rest = [step.image for step in ${made}]
first.save("${fileName(state)}.gif", save_all=True, append_images=rest + rest[-2::-1], duration=${PACE}, loop=0)`;
}

export function fileName(state) {
  const plain = state.text.replace(/[^0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return plain || "number";
}

export const spacingOf = (heights) => [Math.round(heights * HEIGHT), Math.round((heights + LOOSE) * HEIGHT)];
export const heightsOf = (spacing) => (spacing ? spacing[0] / HEIGHT : 0);

// Rerolls: how many times each character that is no space was written anew.

const inked = (text) => [...text].filter((sign) => !/\s/.test(sign));

/** One number for each character, or undefined where all are nought. */
function trimmed(rerolls, text) {
  const told = inked(text).map((_, i) => rerolls[i] ?? 0);
  return told.some(Boolean) ? told : undefined;
}

/** The same, one character written anew `step` times more. */
export function rerolled({ rerolls = [], text }, place, step = 1) {
  const told = inked(text).map((_, i) => rerolls[i] ?? 0);
  told[place] = Math.max(0, told[place] + step);
  return trimmed(told, text);
}

/** The same for another text: what stands before and after a change stays as it is. */
export function carried(rerolls, before, after) {
  if (!rerolls) return undefined;
  const [old, now] = [inked(before), inked(after)];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const between = Array(now.length - start - end).fill(0);
  return trimmed([...rerolls.slice(0, start), ...between, ...rerolls.slice(old.length - end)], after);
}

// What the page shows, as a plain object, and its three ways out: the address of the
// page, the address of the picture, and the line of Python. All use the API's names.

import { layout, options } from "./constants.js";
import { randomSeed, toSeed } from "./seeds.js";
import { meant } from "./typed_text.js";

export const HEIGHT = 120; // pixels of a digit: as large as the sheet shows it
const FRAME_DURATION = 60; // milliseconds of each step of a walk, as the server has it
const SPACING_RANGE = layout.SPACING[1] - layout.SPACING[0]; // in heights of a digit
const NUMBERS = ["thickness", "slant", "variety", "noise"];
const SEEDS = ["seed", "toward"];
const ORDER = ["text", "seed", "thickness", "slant", "variety", "spacing", "lines", "noise", "rerolls", "toward"];
const KNOWN = [...ORDER, "height"]; // which is how large the page shows it

export const newState = () => ({ text: "2026", seed: randomSeed() });

/** Read the state from the address; what makes no sense there is left out. */
export function fromQuery(search) {
  const query = new URLSearchParams(search);
  const state = newState();
  if (query.has("text")) state.text = meant(query.get("text"));
  state.seed = toSeed(query.get("seed")) ?? state.seed;
  for (const name of NUMBERS) {
    const value = query.get(name);
    if (value !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(value)) state[name] = Number(value);
  }
  const spacing = /^(-?[0-9]{1,4}),(-?[0-9]{1,4})$/.exec(query.get("spacing") ?? "");
  if (spacing) state.spacing = [Number(spacing[1]), Number(spacing[2])];
  if (options.LINES.includes(query.get("lines"))) state.lines = query.get("lines");
  const rerolls = query.get("rerolls") ?? "";
  if (/^[0-9]{1,6}(,[0-9]{1,6})*$/.test(rerolls)) state.rerolls = trimmed(rerolls.split(",").map(Number), state.text);
  if (toSeed(query.get("toward"))) state.toward = toSeed(query.get("toward"));
  return state;
}

/** Say what of an address a state has not taken, so that no link is misread in silence. */
export function leftOut(search, state) {
  const given = [...new URLSearchParams(search)].filter(([name, value]) => value && !["token", "page"].includes(name));
  const lost = given.filter(([name]) => !KNOWN.includes(name) || (name !== "height" && state[name] === undefined));
  const wrongSeed = given.some(([name, value]) => name === "seed" && toSeed(value) === undefined);
  const names = [...new Set([...lost.map(([name]) => name), ...(wrongSeed ? ["seed"] : [])])];
  return names.length ? `The link also has ${names.join(", ")}, which this page cannot show.` : "";
}

/** Bring numbers back to where the dials end; returns the names of those moved. */
export function clampToLimits(state, ends) {
  return Object.entries({ variety: [0, 1], noise: [0, 1], ...ends }).flatMap(([name, [low, high]]) => {
    const value = state[name];
    if (value === undefined || (value >= low && value <= high)) return [];
    state[name] = Math.min(high, Math.max(low, value));
    return [name];
  });
}

/** Pairs of name and value: only what is requested, in an order that never changes. */
export function requested(state, order = ORDER) {
  const drop = (name) => name === "spacing" && state.lines === "boxes";
  return order.filter((name) => state[name] !== undefined && !drop(name)).map((name) => [name, state[name]]);
}

export const toQuery = (state, order = ORDER) => `?${new URLSearchParams(requested(state, order))}`;

/** What the picture of a state is requested with: the address, and its size. */
export const toPictureQuery = (state) => `${toQuery(state)}&height=${HEIGHT}`;

/** The same state as curves, which have no scanner's noise. */
export const withoutNoise = ({ noise: _, ...state }) => state;

/** The statement that makes the same picture, byte for byte the same pixels. */
export function toPython(state, model) {
  const film = state.toward !== undefined;
  const python = (value, name = "") => {
    if (Array.isArray(value)) return `(${value.join(", ")}${value.length === 1 ? "," : ""})`;
    return SEEDS.includes(name) ? value : JSON.stringify(value);
  };
  const [[, text], ...rest] = [...requested(state), ["height", HEIGHT]];
  const parameters = [python(text), ...rest.map(([name, value]) => `${name}=${python(value, name)}`)];
  const from = model === "flagship" ? "" : JSON.stringify(model);
  const call = `digitgan.load(${from}).${film ? "write_walk" : "write"}(${parameters.join(", ")})`;
  if (!film) return `${call}.image.save("${fileName(state)}.png")`;
  return `first, *rest = [step.image for step in ${call}]
first.save("${fileName(state)}.gif", save_all=True, append_images=rest + rest[-2::-1], duration=${FRAME_DURATION}, loop=0)`;
}

export function fileName(state) {
  const plain = state.text.replace(/[^0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return plain || "number";
}

export const toSpacing = (heights) => [Math.round(heights * HEIGHT), Math.round((heights + SPACING_RANGE) * HEIGHT)];
export const fromSpacing = (spacing) => (spacing ? spacing[0] / HEIGHT : 0);

// Rerolls: how many times each character that is no space was written anew.

const inked = (text) => [...text].filter((character) => !/\s/.test(character));

/** One number for each character, or undefined where all are nought. */
function trimmed(rerolls, text) {
  const all = inked(text).map((_, i) => rerolls[i] ?? 0);
  return all.some(Boolean) ? all : undefined;
}

/** The same, one character written anew `step` times more. */
export function reroll({ rerolls = [], text }, place, step = 1) {
  const all = inked(text).map((_, i) => rerolls[i] ?? 0);
  all[place] = Math.max(0, all[place] + step);
  return trimmed(all, text);
}

/** The same for another text: what stands before and after a change stays as it is. */
export function carryRerolls(rerolls, before, after) {
  if (!rerolls) return undefined;
  const [old, now] = [inked(before), inked(after)];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const between = Array(now.length - start - end).fill(0);
  return trimmed([...rerolls.slice(0, start), ...between, ...rerolls.slice(old.length - end)], after);
}

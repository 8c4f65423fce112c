// Where Write and Explore get what they show: this file asks the server, and nothing else
// in those pages does. A page without a server puts another source.js in its place, with
// the same functions. States are plain objects with the API's names (see state.js); all
// functions but `href` return promises, and reject with a Refusal.
//
//   model()              what can be asked: {name, classes, limits: {thickness: [1.4, 4.9]}}
//   number(state)        a written text: {text, seed, style: {thickness, slant}, width,
//                        height, labels, boxes: [[left, top, right, bottom]], image: URL}
//   href(state, ending)  the URL (or the promise of one) of a written text as a file:
//                        png, svg, json or gif
//   hand(state)          the ten digits of a hand, side by side, as drawImage takes it
//   plane(state, tile)   digits around a latent, likewise: tile = {x, y, columns, rows}, in
//                        steps; the digits touch
//   style(state)         {thickness, slant} of the digit of the plane at state.x, state.y
//   nearest(state)       real digits near to that one: {distance, typical: {low, median,
//                        high}, neighbours: [{image: URL, distance}], source}
//
// Explore's state is {seed, digit, x, y} and, where they are asked for, thickness, slant
// and variety.

import { asked, toPicture } from "./state.js";

const HAND = ["seed", "thickness", "slant", "variety"];

/** Why there is no answer, as a line for people; `wait` milliseconds are worth a try. */
export class Refusal extends Error {
  constructor(line, wait = 0) {
    super(line);
    this.wait = wait;
  }
}

export const model = async () => (await ask("v1/model")).json();

export const href = (state, ending) => `v1/numbers.${ending}${toPicture(state)}`;

export const number = async (state) => (await ask(href(state, "json"))).json();

export async function hand(state) {
  const query = new URLSearchParams([...asked(state, HAND), ["n", 10], ["one_hand", true]]);
  return createImageBitmap(await (await ask(`v1/digits.png?${query}`)).blob());
}

export async function plane(state, tile) {
  return createImageBitmap(await (await ask(placed("plane.png", state, tile))).blob());
}

export async function style(state) {
  const { thickness, slant } = await (await ask(placed("plane.json", state))).json();
  return { thickness: thickness?.[0], slant: slant?.[0] };
}

export const nearest = async (state) => (await ask(placed("nearest", state))).json();

function placed(path, state, { x, y, ...rest } = state) {
  const { columns, rows } = rest;
  const where = asked({ digit: state.digit, x, y, columns, rows }, ["digit", "x", "y", "columns", "rows"]);
  return `v1/${path}?${new URLSearchParams([...asked(state, HAND), ...where])}`;
}

async function ask(url) {
  let reply;
  try {
    reply = await fetch(url);
  } catch {
    throw new Refusal("The server does not answer. Trying again.", 2000);
  }
  if (reply.ok) return reply;
  if (reply.status === 503) {
    throw new Refusal("The server is busy. Trying again.", 1000 * (Number(reply.headers.get("Retry-After")) || 1));
  }
  const told = await reply.json().catch(() => ({}));
  throw new Refusal(told.detail ?? `The server says ${reply.status}.`);
}

// Where Write and Explore get what they show: this file asks the server, and nothing else
// in those pages does. A page without a server puts another source.js in its place, with
// the same functions. States are plain objects with the API's names (see state.js); all
// functions but `href` return promises, and reject with a Refusal.
//
//   model()              what it can draw: {name, classes, limits: {thickness: [1.4, 5.1]}}
//   number(state)        a written text: {text, seed, style: {thickness, slant}, width,
//                        height, labels, places, boxes: [[left, top, right, bottom]], image: URL,
//                        svg: the same as text, without a scanner's noise}
//   film(state)          the URL of a text that walks from hand to hand, once it is there
//   href(state, ending)  the URL (or the promise of one) of a written text as a file:
//                        png, svg, pdf, json or gif
//   hand(state, n)       the first n digits of a hand, side by side, as drawImage takes it
//   plane(state)         the whole plane of a digit, likewise: rows of digits that touch
//   curves(state)        the digit at state.x, state.y of its plane, as the text of an SVG
//   style(state)         {thickness, slant} of the digit at state.x, state.y of its plane
//   nearest(state)       real digits near to that one: {distance, typical: {low, median,
//                        high}, neighbours: [{image: URL, distance}], among, source}
//
// Explore's state is {seed, digit, x, y} and, where they are requested, thickness, slant
// and variety.

import { mnist_preprocessing } from "./constants.js";
import { toPictureQuery, toQuery, withoutNoise } from "./state.js";

const { SIDE } = mnist_preprocessing;
const HAND_PARAMETERS = ["seed", "thickness", "slant", "variety"];
const DIGIT_PARAMETERS = ["digit", "x", "y", ...HAND_PARAMETERS];

/** Why there is no answer, as a line for people; `wait` milliseconds are worth a try. */
export class Refusal extends Error {
  constructor(line, wait = 0) {
    super(line);
    this.wait = wait;
  }
}

export const model = async () => (await get("v1/model")).json();

export function href(state, ending) {
  const shown = ["svg", "pdf"].includes(ending) ? withoutNoise(state) : state;
  return `v1/numbers.${ending}${toPictureQuery(shown)}`;
}

export async function film(state) {
  const url = href(state, "gif");
  await (await get(url)).blob(); // a picture could not say why there is none
  return url;
}

export const number = async (state) => (await get(href(state, "json"))).json();

export async function hand(state, n) {
  const size = { resizeWidth: SIDE * n, resizeHeight: SIDE, resizeQuality: "medium" };
  return getBitmap(`v1/digits.png${toQuery(state, HAND_PARAMETERS)}&n=${n}&one_hand=true`, size);
}

export async function plane(state) {
  return getBitmap(`v1/plane.png${toQuery(state, ["digit", ...HAND_PARAMETERS])}`);
}

export async function curves(state) {
  const url = `v1/plane.svg${toQuery(state, DIGIT_PARAMETERS)}&columns=1&rows=1`;
  return (await get(url)).text();
}

export async function style(state) {
  const reply = await get(`v1/plane.json${toQuery(state, DIGIT_PARAMETERS)}&columns=1&rows=1`);
  const { thickness, slant } = await reply.json();
  return { thickness: thickness?.[0], slant: slant?.[0] };
}

export const nearest = async (state) => (await get(`v1/nearest${toQuery(state, DIGIT_PARAMETERS)}`)).json();

const getBitmap = async (url, size = {}) => createImageBitmap(await (await get(url)).blob(), size);

/** @returns {Promise<Response>} */
async function get(url) {
  let reply;
  try {
    reply = await fetch(url, { cache: "no-cache" }); // another model may answer by now
  } catch {
    throw new Refusal("The server does not answer. Trying again.", 2000);
  }
  if (reply.ok) return reply;
  if (reply.status === 503) {
    throw new Refusal("The server is busy. Trying again.", 1000 * (Number(reply.headers.get("Retry-After")) || 1));
  }
  const problem = await reply.json().catch(() => ({}));
  if (problem.field === "height") throw new Refusal("So much text is more than one picture holds: write less, or on fewer lines.");
  throw new Refusal(problem.detail ?? `The server says ${reply.status}.`);
}

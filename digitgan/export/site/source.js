// Where Write and Explore get what they show when there is no server: a worker on this
// page draws it. The functions are those of the source.js that asks one.

import { asked, HEIGHT } from "./state.js";

export class Refusal extends Error {}

const QUIET = 150; // milliseconds without another wish before files are made
const worker = new Worker(new URL("writer/worker.js", import.meta.url), { type: "module" });
const waiting = new Map(); // by number of the question
let questions = 0;

worker.addEventListener("message", ({ data: { id, answer, refusal } }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (refusal) reject(new Refusal(refusal));
  else resolve(answer);
});

const ask = (what, told) =>
  new Promise((resolve, reject) => {
    const id = ++questions;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, what, told });
  });

export const model = () => ask("model");
export const number = (state) => ask("number", { state: Object.fromEntries(asked(state)), height: HEIGHT });
export const hand = (state, n) => ask("hand", { state, n });
export const plane = (state) => ask("plane", { state });
export const style = (state) => ask("style", { state });

export async function nearest() {
  throw new Refusal("The real digits are not on this page: digitgan serve shows the nearest ones.");
}

const files = {}; // what was asked for last, and the promise of its URL, by ending
const made = {}; // the newest URL
const MAKE = {
  png: async (state) => (await fetch((await number(state)).image)).blob(),
  svg: async (state) => new Blob([toSvg(await number(state))], { type: "image/svg+xml" }),
  json: async (state) => new Blob([JSON.stringify(await number(state)) + "\n"], { type: "application/json" }),
  gif: (state) => ask("film", { state, height: HEIGHT }),
};

export const film = (state) => href(state, "gif");

/** Waits until nothing newer is asked for: a slider would make a hundred files. */
export function href(state, ending) {
  const key = JSON.stringify(asked(state));
  if (files[ending]?.key === key) return files[ending].url;
  const mine = { key };
  files[ending] = mine;
  mine.url = new Promise((go) => setTimeout(go, QUIET)).then(async () => {
    if (files[ending] !== mine) return files[ending].url;
    const url = await MAKE[ending]({ ...state }).then(URL.createObjectURL, () => "#");
    URL.revokeObjectURL(made[ending]);
    made[ending] = url;
    return url;
  });
  return mine.url;
}

function toSvg({ text, width, height, image }) {
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}" role="img">
<title>${text}</title>
<desc>A PNG picture, embedded: the strokes are pixels.</desc>
<image ${size} href="${image}"/>
</svg>
`;
}

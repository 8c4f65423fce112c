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

const newest = {}; // wish for a file, by ending
const urls = {};
const FILES = {
  png: async ({ image }) => (await fetch(image)).blob(),
  svg: async (answer) => new Blob([toSvg(answer)], { type: "image/svg+xml" }),
  json: async (answer) => new Blob([JSON.stringify(answer) + "\n"], { type: "application/json" }),
};

/** Never answers where a newer wish has come meanwhile, or none can be fulfilled. */
export function href(state, ending) {
  const mine = (newest[ending] = { ...state });
  return new Promise((resolve) => {
    setTimeout(async () => {
      const answer = newest[ending] === mine && (await number(mine).catch(() => null));
      if (!answer || !(ending in FILES)) return;
      URL.revokeObjectURL(urls[ending]);
      urls[ending] = URL.createObjectURL(await FILES[ending](answer));
      resolve(urls[ending]);
    }, QUIET);
  });
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

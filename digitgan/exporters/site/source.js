// Where Write and Explore get what they show when there is no server: a worker on this
// page draws it. The functions are those of the source.js that asks one.

import { newWorker } from "./files.js";
import { HEIGHT, requested, withoutNoise } from "./state.js";

/** Why there is no answer, as a line for people; `wait` milliseconds are worth a try. */
export class Refusal extends Error {
  constructor(line, wait = 0) {
    super(line);
    this.wait = wait;
  }
}

const QUIET = 150; // milliseconds without another request before files are made
const worker = newWorker("worker/worker.js");
const pending = new Map(); // by number of the call
let calls = 0;

worker.addEventListener("message", ({ data: { id, answer, refusal } }) => {
  const { resolve, reject } = pending.get(id);
  pending.delete(id);
  if (refusal) reject(new Refusal(refusal));
  else resolve(answer);
});

/** @returns {Promise<any>} */
const call = (method, argument) =>
  new Promise((resolve, reject) => {
    const id = ++calls;
    pending.set(id, { resolve, reject });
    worker.postMessage({ id, method, argument });
  });

export const model = () => call("model");
export const number = (state) => call("number", { state: Object.fromEntries(requested(state)), height: HEIGHT });
export const hand = (state, n) => call("hand", { state, n });
export const plane = (state) => call("plane", { state });
export const curves = (state) => call("curves", { state });
export const style = (state) => call("style", { state });

export async function nearest() {
  throw new Refusal("The real digits are not on this page: digitgan serve shows the nearest ones.");
}

/** The seed is a number there, however many digits it has. */
const toJson = (answer) => `${JSON.stringify(answer).replace(/"seed":"([0-9]+)"/, '"seed":$1')}\n`;

const files = {}; // the newest request, and the promise of its URL, by ending
const urls = {}; // the newest URL
const MAKE = {
  png: async (state) => (await fetch((await number(state)).image)).blob(),
  svg: async (state) => new Blob([(await number(withoutNoise(state))).svg], { type: "image/svg+xml" }),
  pdf: (state) => call("pdf", { state: Object.fromEntries(requested(withoutNoise(state))), height: HEIGHT }),
  json: async (state) => new Blob([toJson(await number(state))], { type: "application/json" }),
  gif: (state) => call("film", { state, height: HEIGHT }),
};

export const film = (state) => href(state, "gif");

/** Waits until nothing newer is requested: a slider would make a hundred files. */
export function href(state, ending) {
  const key = JSON.stringify(requested(state));
  if (files[ending]?.key === key) return files[ending].url;
  const mine = { key, url: null };
  files[ending] = mine;
  mine.url = new Promise((resolve) => setTimeout(resolve, QUIET)).then(async () => {
    if (files[ending] !== mine) return files[ending].url;
    const url = await MAKE[ending]({ ...state }).then(URL.createObjectURL, () => "#");
    URL.revokeObjectURL(urls[ending]);
    urls[ending] = url;
    return url;
  });
  return mine.url;
}

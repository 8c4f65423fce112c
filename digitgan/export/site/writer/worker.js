// Draws away from the page, so that sliders never stick: answers {id, what, told} with
// {id, answer} or {id, refusal}. What it does has the names of source.js.

import { toGif } from "./gif.js";
import { Model } from "./model.js";
import { plane, TURN } from "./plane.js";
import { toPng } from "./png.js";
import { write, writeWalk } from "./writing.js";

const FOLDER = new URL("../model/", import.meta.url);
const SIDE = 28; // pixels of a digit

const opened = open();
let last = {}; // the state that was written last, and the promise of it

async function open() {
  const [told, network, styles] = await Promise.all(["model.json", "generator.onnx", "styles.bin"].map(read));
  const about = JSON.parse(new TextDecoder().decode(told));
  return { about, model: new Model(about, network, styles) };
}

async function read(name) {
  const reply = await fetch(new URL(name, FOLDER));
  if (!reply.ok) throw new Error(`The model is not there: ${name}, ${reply.status}.`);
  return new Uint8Array(await reply.arrayBuffer());
}

const DO = {
  model: async () => (await opened).about,
  number({ state, height }) {
    const key = JSON.stringify([state, height]);
    if (last.key !== key) last = { key, answer: written(state, height) };
    return last.answer;
  },
  async film({ state, height }) {
    const steps = writeWalk((await opened).model, state, height);
    return toGif([...steps, ...steps.slice(1, -1).reverse()]);
  },
  async hand({ state, n }) {
    const { model } = await opened;
    const labels = Array.from({ length: n }, (_, i) => i % model.classes.length);
    return picture(sheet(model.draw(model.recipe(labels, state)), n));
  },
  async plane({ state }) {
    const { model } = await opened;
    return picture(sheet(model.draw(plane(model, state)), TURN));
  },
  async style({ state }) {
    const { thickness, slant } = plane((await opened).model, state, 1, 1);
    return { thickness: thickness?.[0], slant: slant?.[0] };
  },
};

async function written(state, height) {
  const { pen, labels, places, boxes, ...image } = write((await opened).model, state, height);
  const style = { thickness: round(pen.thickness), slant: round(pen.slant) };
  const { width } = image;
  const told = { text: state.text, seed: state.seed, style, width, height: image.height, labels, places, boxes };
  return { ...told, image: await toUrl(await toPng(image)) };
}

const round = (value) => Math.round(1000 * value) / 1000;

function toUrl(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

/** Lay digits out in rows. */
function sheet(digits, columns) {
  const [width, height] = [columns * SIDE, Math.ceil(digits.length / columns) * SIDE];
  const grey = new Uint8Array(width * height).fill(255);
  digits.forEach((digit, i) => {
    const corner = Math.floor(i / columns) * SIDE * width + (i % columns) * SIDE;
    digit.forEach((ink, j) => (grey[corner + Math.floor(j / SIDE) * width + (j % SIDE)] = 255 - ink));
  });
  return { width, height, grey };
}

/** Returns a picture as the page can lay it on a canvas. */
function picture({ width, height, grey }) {
  const data = new ImageData(width, height);
  grey.forEach((level, i) => data.data.set([level, level, level, 255], 4 * i));
  return createImageBitmap(data);
}

addEventListener("message", async ({ data: { id, what, told } }) => {
  try {
    postMessage({ id, answer: await DO[what](told) });
  } catch (error) {
    postMessage({ id, refusal: error.message });
  }
});

// Draws away from the page, so that sliders never stick: answers {id, what, told} with
// {id, answer} or {id, refusal}. What it does has the names of source.js.

import { Model } from "./model.js";
import { plane } from "./plane.js";
import { toPng } from "./png.js";
import { write } from "./writing.js";

const FOLDER = new URL("../model/", import.meta.url);
const SIDE = 28; // pixels of a digit
const BOLD = 4; // pixels of a picture of a hand for each of a digit

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
  async hand({ state }) {
    const { model } = await opened;
    const every = model.classes.map((_, label) => label);
    return picture(sheet(model.draw(model.recipe(every, state)), every.length, BOLD));
  },
  async plane({ state, tile }) {
    const { model } = await opened;
    return picture(sheet(model.draw(plane(model, state, tile)), tile.columns));
  },
  async style({ state }) {
    const { thickness, slant } = plane((await opened).model, state, state);
    return { thickness: thickness?.[0], slant: slant?.[0] };
  },
};

async function written(state, height) {
  const { pen, labels, boxes, ...image } = write((await opened).model, state, height);
  const style = { thickness: round(pen.thickness), slant: round(pen.slant) };
  const { width } = image;
  const told = { text: state.text, seed: state.seed, style, width, height: image.height, labels, boxes };
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

/** Lay digits out in rows, every pixel of theirs `bold` wide and high. */
function sheet(digits, columns, bold = 1) {
  const [width, height] = [columns, Math.ceil(digits.length / columns)].map((n) => n * SIDE * bold);
  const grey = new Uint8Array(width * height).fill(255);
  for (let i = 0; i < grey.length; i++) {
    const [row, column] = [Math.floor(Math.floor(i / width) / bold), Math.floor((i % width) / bold)];
    const digit = digits[Math.floor(row / SIDE) * columns + Math.floor(column / SIDE)];
    if (digit) grey[i] = 255 - digit[(row % SIDE) * SIDE + (column % SIDE)];
  }
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

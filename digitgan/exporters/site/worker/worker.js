// Draws away from the page, so that sliders never stick: answers {id, method, argument}
// with {id, answer} or {id, refusal}. The methods have the names of source.js.

import { geometry, model as defaults } from "../constants.js";
import { fileUrl } from "../files.js";
import { toGif } from "./gif.js";
import { PERIOD, torusInputs } from "./latent_torus.js";
import { range } from "./numpy.js";
import { trace } from "./outlines.js";
import { toPng } from "./png.js";
import { Sampler } from "./sampler.js";
import { write, writeWalk } from "./model.js";
import { toPdf, toSvg } from "./vector_graphics.js";

const model = open();
let last = {}; // the newest text's state, and the promise of it written

async function open() {
  const [text, network, styles] = await Promise.all(["model.json", "generator.onnx", "styles.bin"].map(read));
  const description = JSON.parse(new TextDecoder().decode(text));
  return { description, sampler: new Sampler(description, network, styles) };
}

async function read(name) {
  const reply = await fetch(fileUrl(`model/${name}`));
  if (!reply.ok) throw new Error(`The model is not there: ${name}, ${reply.status}.`);
  return new Uint8Array(await reply.arrayBuffer());
}

const METHODS = {
  model: async () => (await model).description,
  number({ state, height }) {
    const key = JSON.stringify([state, height]);
    if (last.key !== key) last = { key, answer: writeNumber(state, height) };
    return last.answer;
  },
  async film({ state, height }) {
    const steps = writeWalk((await model).sampler, state, height, defaults.WALK_FRAMES);
    return toGif([...steps, ...steps.slice(1, -1).reverse()]);
  },
  async pdf({ state, height }) {
    return toPdf(write((await model).sampler, state, height));
  },
  async hand({ state, n }) {
    const { sampler } = await model;
    const labels = range(n).map((i) => i % sampler.classes.length);
    return toBitmap(toGrid(sampler.draw(sampler.generatorInputs(labels, state)), n));
  },
  async plane({ state }) {
    const { sampler } = await model;
    return toBitmap(toGrid(sampler.draw(torusInputs(sampler, state)), PERIOD));
  },
  /** The digit at a place, as it is on the server: 28 x 28 in the middle of a glyph. */
  async curves({ state }) {
    const { sampler } = await model;
    const [{ rows, columns, data }] = sampler.draw(torusInputs(sampler, state, 1, 1));
    const [top, left] = [geometry.GLYPH_SHAPE[0] - rows, geometry.GLYPH_SHAPE[1] - columns].map((room) => room / 2);
    const glyph = new Uint8Array(geometry.GLYPH_SHAPE[0] * geometry.GLYPH_SHAPE[1]);
    for (let row = 0; row < rows; row++)
      glyph.set(data.subarray(row * columns, (row + 1) * columns), (top + row) * geometry.GLYPH_SHAPE[1] + left);
    const outlines = trace(glyph).map((outline) => outline.map((curve) => curve.map((v, i) => v - (i % 2 ? top : left))));
    return toSvg({ width: columns, height: rows, lines: [], outlines: [outlines], labels: [state.digit] }, "a digit");
  },
  async style({ state }) {
    const { thickness, slant } = torusInputs((await model).sampler, state, 1, 1);
    return { thickness: thickness?.[0], slant: slant?.[0] };
  },
};

async function writeNumber(state, height) {
  const written = write((await model).sampler, state, height);
  const { pen, labels, places, boxes, ...picture } = written;
  const style = { thickness: round(pen.thickness), slant: round(pen.slant) };
  const size = { width: picture.width, height: picture.height };
  const image = await toDataUrl(await toPng(picture));
  const svg = toSvg(written, state.text);
  return { text: state.text, seed: state.seed, style, ...size, labels, places, boxes, image, svg };
}

const round = (value) => Math.round(1000 * value) / 1000;

function toDataUrl(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

/** Lay digits out in rows, dark on light. */
function toGrid(digits, across) {
  const { rows, columns } = digits[0];
  const [width, height] = [across * columns, Math.ceil(digits.length / across) * rows];
  const grey = new Uint8Array(width * height).fill(255);
  digits.forEach(({ data }, i) => {
    const corner = Math.floor(i / across) * rows * width + (i % across) * columns;
    data.forEach((ink, j) => (grey[corner + Math.floor(j / columns) * width + (j % columns)] = 255 - ink));
  });
  return { width, height, grey };
}

/** Return a picture as the page can draw it on a canvas. */
function toBitmap({ width, height, grey }) {
  const image = new ImageData(width, height);
  grey.forEach((level, i) => image.data.set([level, level, level, 255], 4 * i));
  return createImageBitmap(image);
}

addEventListener("message", async ({ data: { id, method, argument } }) => {
  try {
    postMessage({ id, answer: await METHODS[method](argument) });
  } catch (error) {
    postMessage({ id, refusal: error.message });
  }
});

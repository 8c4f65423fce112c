// Real digits from the strips that digitgan made of MNIST (digitgan/data/digit_strips.py),
// and drawn ones as MNIST would have them.

import { digit_strips, mnist_preprocessing } from "../constants.js";
import { fileUrl } from "../files.js";

const { SIDE, CENTRE, DIGIT_LENGTH } = mnist_preprocessing;
const { COLUMNS, CLASSES } = digit_strips;
const BOX = DIGIT_LENGTH * DIGIT_LENGTH;
const FOLDER = "gan/digits/";

/** Read what digits there are; rejects where there are none. */
export async function description() {
  const reply = await fetch(fileUrl(`${FOLDER}digits.json`));
  if (!reply.ok) throw new Error(`${reply.status}`);
  return reply.json();
}

/** @returns {Promise<{pixels: Float32Array, labels: Uint8Array}>} the digits of a strip. */
export async function readStrip(name) {
  const picture = await createImageBitmap(await (await fetch(fileUrl(FOLDER + name))).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  return cutStrip(context.getImageData(0, 0, picture.width, picture.height));
}

/** Cut a strip, of four bytes a pixel: the label of the i-th digit is i modulo CLASSES. */
function cutStrip({ data, width, height }) {
  const count = COLUMNS * (height / DIGIT_LENGTH);
  const pixels = new Float32Array(count * BOX);
  for (let i = 0; i < count * BOX; i++) {
    const [digit, y, x] = [Math.floor(i / BOX), Math.floor((i % BOX) / DIGIT_LENGTH), i % DIGIT_LENGTH];
    const row = Math.floor(digit / COLUMNS) * DIGIT_LENGTH + y;
    pixels[i] = data[4 * (row * width + (digit % COLUMNS) * DIGIT_LENGTH + x)] / 127.5 - 1;
  }
  return { pixels, labels: Uint8Array.from({ length: count }, (_, i) => i % CLASSES) };
}

/** The digits of several strips. */
export function joined(strips) {
  const pixels = new Float32Array(strips.reduce((total, strip) => total + strip.pixels.length, 0));
  let end = 0;
  for (const strip of strips) {
    pixels.set(strip.pixels, end);
    end += strip.pixels.length;
  }
  return { pixels, labels: Uint8Array.from(strips.flatMap((strip) => [...strip.labels])) };
}

/**
 * Lay boxes of digits in images of SIDE x SIDE, the centre of mass in the middle.
 * @param {ArrayLike<number>} pixels of boxes, from -1 to 1
 * @returns {Uint8Array} 0 background to 255 ink
 */
export function toImages(pixels) {
  const count = pixels.length / BOX;
  const images = new Uint8Array(count * SIDE * SIDE);
  for (let n = 0; n < count; n++) {
    const ink = Uint8ClampedArray.from({ length: BOX }, (_, i) => (pixels[n * BOX + i] + 1) * 127.5);
    const [top, left] = corner(ink);
    for (let y = 0; y < DIGIT_LENGTH; y++)
      images.set(ink.subarray(y * DIGIT_LENGTH, (y + 1) * DIGIT_LENGTH), n * SIDE * SIDE + (top + y) * SIDE + left);
  }
  return images;
}

/** Where in an image a box begins, down and to the right. */
function corner(ink) {
  let [mass, down, right] = [1e-6, 0, 0];
  ink.forEach((value, i) => {
    mass += value;
    down += value * Math.floor(i / DIGIT_LENGTH);
    right += value * (i % DIGIT_LENGTH);
  });
  return [down, right].map((sum) => Math.min(SIDE - DIGIT_LENGTH, Math.max(0, Math.round(CENTRE - sum / mass))));
}

// Write a text in one hand: the picture, and where each character left its ink.

import { characters } from "./characters.js";
import { extent, layOut, wander } from "./layout.js";
import { rint } from "./numbers.js";
import { printed } from "./paper.js";
import { Random } from "./random.js";
import { scanned } from "./scanner.js";
import { SIGNS } from "./signs.js";

const SPACING = [0, 0.15]; // usual paper between neighbours, in heights of a digit
const [NEAREST, FARTHEST] = [-0.5, 10]; // allowed, likewise

/**
 * Write a text; same arguments, same picture as digitgan's write().
 * @param asked {text, seed, thickness, slant, variety, spacing, lines, noise}.
 * @param height of a digit, in pixels.
 * @returns {width, height, grey: Uint8Array, labels, boxes, pen}.
 * @throws an Error whose message says what cannot be written.
 */
export function write(model, { text, lines, spacing, noise = 0, ...asked }, height) {
  check(text, spacing, noise, height);
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const labels = [...rows.join("").replaceAll(" ", "")];
  const [frames, pen] = characters(model, labels, height, asked);
  const random = new Random(asked.seed, 0, 12);
  wander(rows, height, random).forEach((below, i) => roll(frames[i], below));
  const between = lines === "boxes" ? null : (spacing ?? SPACING.map((share) => rint(share * height)));
  const layout = layOut(rows, frames, pen.slant, height, between, random);
  const sheet = printed(lines, layout, height);
  const boxes = frames.map((frame, i) => putDown(frame, layout.lefts[i], layout.tops[i], sheet));
  const { width, height: tall } = sheet;
  const grey = scanned({ width, height: tall, grey: sheet.ink.map((ink) => 255 - ink) }, noise, asked.seed);
  const seen = labels.filter((_, i) => boxes[i]); // a network may have drawn nothing
  return { width, height: tall, grey, labels: seen, boxes: boxes.filter(Boolean), pen };
}

function check(text, spacing, noise, height) {
  const wrong = [...text].find((sign) => !`0123456789${SIGNS} \r\n`.includes(sign));
  if (wrong) throw new Error(`text has “${wrong}”: allowed are digits, spaces, line breaks and ${[...SIGNS].join(" ")}`);
  if (!text.trim()) throw new Error("text is empty: allowed is one with a digit or a sign");
  if (!(noise >= 0 && noise <= 1)) throw new Error(`noise is ${noise}: allowed is 0 to 1`);
  const [low, high] = [rint(NEAREST * height), rint(FARTHEST * height)];
  const [least, most] = spacing ?? [0, 0];
  if (!(low <= least && least <= most && most <= high)) {
    throw new Error(`spacing is ${spacing}: allowed are the least and the most, from ${low} to ${high}`);
  }
}

/** Move the ink of a frame down; what leaves it below comes back above. */
function roll({ columns, data }, below) {
  const cut = below > 0 ? data.length - below * columns : -below * columns;
  const before = data.slice();
  data.set(before.subarray(cut));
  data.set(before.subarray(0, cut), data.length - cut);
}

/** Ink the sheet; return left, top, right and bottom of the ink, or null without any. */
function putDown(frame, left, top, sheet) {
  const { columns, data } = frame;
  const [first, last] = [data.findIndex(Boolean), data.findLastIndex(Boolean)];
  if (first < 0) return null;
  const [high, low] = [Math.floor(first / columns), Math.floor(last / columns) + 1];
  const [begin, end] = extent(frame);
  for (let row = high; row < low; row++) {
    for (let column = begin; column < end; column++) {
      const place = (top + row) * sheet.width + left + column;
      sheet.ink[place] = Math.max(sheet.ink[place], data[row * columns + column]);
    }
  }
  return [left + begin, top + high, left + end, top + low];
}

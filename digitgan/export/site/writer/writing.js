// Write a text in one hand: the picture, and where each character left its ink.

import { characters } from "./characters.js";
import { Hand } from "./hand.js";
import { extent, layOut, sway } from "./layout.js";
import { rint } from "./numbers.js";
import { printed } from "./paper.js";
import { scanned } from "./scanner.js";
import { SIGNS } from "./signs.js";

const SPACING = [0, 0.15]; // usual paper between neighbours, in heights of a digit
const [NEAREST, FARTHEST] = [-0.5, 10]; // allowed, likewise
const FRAMES = 24; // of a walk

/**
 * Write a text; same arguments, same picture as digitgan's write().
 * @param asked {text, seed, thickness, slant, variety, spacing, lines, noise, rerolls}.
 * @param height of a digit, in pixels.
 * @returns {width, height, grey: Uint8Array, labels, places, boxes, pen}.
 * @throws an Error whose message says what cannot be written.
 */
export function write(model, asked, height) {
  const draft = drafted(model, asked, height, new Hand(asked.seed, asked.rerolls));
  return finished(draft, draft.layout.size[0], asked, height);
}

/** Write it in the hands on the way to that of asked.toward, on equal pages. */
export function writeWalk(model, { toward, ...asked }, height) {
  const drafts = Array.from({ length: FRAMES }, (_, i) =>
    drafted(model, asked, height, new Hand(asked.seed, asked.rerolls, toward, i / (FRAMES - 1))),
  );
  const width = Math.max(...drafts.map(({ layout }) => layout.size[0]));
  return drafts.map((draft) => finished(draft, width, asked, height));
}

/** Write every character and give it its place. */
function drafted(model, { text, lines, spacing, noise, thickness, slant, variety }, height, hand) {
  check(text, spacing, noise ?? 0, height);
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const labels = [...rows.join("").replaceAll(" ", "")];
  const [frames, pen] = characters(model, labels, hand, height, { thickness, slant, variety });
  const { below, shares } = sway(rows, hand);
  frames.forEach((frame, i) => roll(frame, rint(height * below[i])));
  const between = lines === "boxes" ? null : (spacing ?? SPACING.map((share) => rint(share * height)));
  return { labels, frames, pen, layout: layOut(rows, frames, pen.slant, height, between, shares) };
}

/** Ink a page of a width. */
function finished({ labels, frames, pen, layout }, width, { lines, noise = 0, seed }, height) {
  const sheet = printed(lines, { ...layout, size: [width, layout.size[1]] }, height);
  const boxes = frames.map((frame, i) => putDown(frame, layout.lefts[i], layout.tops[i], sheet));
  const page = { width, height: sheet.height, grey: sheet.ink.map((ink) => 255 - ink) };
  const places = boxes.flatMap((box, i) => (box ? [i] : [])); // a network may have drawn nothing
  const seen = { labels: places.map((i) => labels[i]), places, boxes: places.map((i) => boxes[i]) };
  return { ...page, grey: scanned(page, noise, seed), ...seen, pen };
}

function check(text, spacing, noise, height) {
  const wrong = [...text].find((sign) => !`0123456789${SIGNS} \r\n`.includes(sign));
  if (wrong)
    throw new Error(`text has “${wrong}”: allowed are digits, spaces, line breaks and ${[...SIGNS].join(" ")}`);
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

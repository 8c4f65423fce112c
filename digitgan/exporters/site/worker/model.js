// Writes a text in one hand, as digitgan's Model: the picture, and where each character left its
// ink.

import { characters, layout as layoutConstants, options, punctuation } from "../constants.js";
import { drawGlyphs } from "./glyphs.js";
import { extentOf, layOut } from "./layout.js";
import { range, rint } from "./numpy.js";
import { scaled } from "./outlines.js";
import { printLines, scan } from "./page.js";
import { baselineJitter, WriterStyle } from "./writer_style.js";

const CHARACTERS = [...characters.DIGIT_NAMES, ...punctuation.PUNCTUATION];

/**
 * @typedef {{text: string, seed: number | string, thickness?: number, slant?: number,
 * variety?: number, spacing?: number[], lines?: string, noise?: number,
 * rerolls?: number[]}} Request
 */

/**
 * Write a text; same arguments, same picture as digitgan's write().
 * @param {Request} request
 * @param {number} height of a digit, in pixels.
 * @returns {any} {width, height, grey: Uint8Array, labels, places, boxes, lines, outlines, pen}.
 * @throws an Error whose message says what cannot be written.
 */
export function write(sampler, request, height) {
  const draft = layOutText(sampler, request, height, new WriterStyle(request.seed, request.rerolls));
  return inkPage(draft, draft.layout.size[0], request, height);
}

/**
 * Write it in the hands on the way to that of request.toward, on equal pages.
 * @param {Request & {toward: number | string}} request
 */
export function writeWalk(sampler, request, height, frames) {
  const writer = new WriterStyle(request.seed, request.rerolls, request.toward);
  const drafts = range(frames).map((i) => {
    writer.share = i / (frames - 1);
    return layOutText(sampler, request, height, writer);
  });
  const width = Math.max(...drafts.map(({ layout }) => layout.size[0]));
  return drafts.map((draft) => inkPage(draft, width, request, height));
}

/**
 * Write every character and give it its place.
 * @param {Request} request
 */
function layOutText(sampler, request, height, writer) {
  const { text, lines, spacing, noise, thickness, slant, variety } = request;
  check(text, spacing, noise ?? 0, height);
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const labels = [...rows.join("").replaceAll(" ", "")];
  const [frames, pen] = drawGlyphs(sampler, labels, writer, height, { thickness, slant, variety });
  const { below, gaps } = baselineJitter(rows, writer);
  frames.forEach((frame, i) => moveDown(frame, rint(height * below[i])));
  const between = lines === "boxes" ? null : (spacing ?? layoutConstants.SPACING.map((share) => rint(share * height)));
  return { labels, frames, pen, layout: layOut(rows, frames, pen.slant, height, between, gaps) };
}

/**
 * Ink a page of a width.
 * @param {Request} request
 */
function inkPage(draft, width, request, height) {
  const { labels, frames, pen, layout } = draft;
  const { lines, noise = 0, seed } = request;
  const sheet = printLines(lines, { ...layout, size: [width, layout.size[1]] }, height);
  const boxes = frames.map((frame, i) => inkFrame(frame, layout.lefts[i], layout.tops[i], sheet));
  const outlines = frames.map((frame, i) =>
    scaled(frame.outlines, height, frame.stretch, [layout.lefts[i], layout.tops[i] + frame.below]),
  );
  const clean = { width, height: sheet.height, grey: sheet.ink.map((ink) => 255 - ink) };
  const places = range(boxes.length).filter((i) => boxes[i]); // a network may have drawn nothing
  const inked = { labels: places.map((i) => labels[i]), places, boxes: places.map((i) => boxes[i]) };
  const curves = { lines: sheet.lines, outlines: places.map((i) => outlines[i]) };
  return { ...clean, grey: scan(clean, noise, seed), ...inked, ...curves, pen };
}

function check(text, spacing, noise, height) {
  const wrong = [...text].find((character) => ![...CHARACTERS, " ", "\r", "\n"].includes(character));
  if (wrong) {
    const marks = [...punctuation.PUNCTUATION].join(" ");
    throw new Error(`text has “${wrong}”: allowed is digits, spaces, line breaks and ${marks}`);
  }
  if (!text.trim()) throw new Error("text is empty: allowed is one with a digit or punctuation");
  if (!(noise >= 0 && noise <= 1)) throw new Error(`noise is ${noise}: allowed is 0 to 1`);
  const [low, high] = [rint(options.MIN_SPACING * height), rint(options.MAX_SPACING * height)];
  const [least, most] = spacing ?? [0, 0];
  if (!(low <= least && least <= most && most <= high)) {
    throw new Error(`spacing is ${spacing}: allowed is the least and the most, from ${low} to ${high}`);
  }
}

/** Move the ink of a frame down; what leaves it below comes back above. */
function moveDown(frame, rows) {
  const { columns, data } = frame;
  frame.below = rows;
  const cut = rows > 0 ? data.length - rows * columns : -rows * columns;
  const before = data.slice();
  data.set(before.subarray(cut));
  data.set(before.subarray(0, cut), data.length - cut);
}

/** Ink the sheet; return left, top, right and bottom of the ink, or null without any. */
function inkFrame(frame, left, top, sheet) {
  const { columns, data } = frame;
  const [first, last] = [data.findIndex(Boolean), data.findLastIndex(Boolean)];
  if (first < 0) return null;
  const [high, low] = [Math.floor(first / columns), Math.floor(last / columns) + 1];
  const [begin, end] = extentOf(frame);
  for (let row = high; row < low; row++) {
    for (let column = begin; column < end; column++) {
      const place = (top + row) * sheet.width + left + column;
      sheet.ink[place] = Math.max(sheet.ink[place], data[row * columns + column]);
    }
  }
  return [left + begin, top + high, left + end, top + low];
}

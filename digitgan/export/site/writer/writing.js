// Write a text in one hand: the picture, and where each character left its ink.

import { characters } from "./characters.js";
import { extent, layOut, wander } from "./layout.js";
import { rint } from "./numbers.js";
import { printed } from "./paper.js";
import { Random } from "./random.js";

const SPACING = [0, 0.15]; // usual paper between neighbours, in heights of a digit

/**
 * Write a text; same arguments, same picture as digitgan's write().
 * @param asked {text, seed, thickness, slant, variety, spacing, lines}.
 * @param height of a digit, in pixels.
 * @returns {width, height, grey: Uint8Array, labels, boxes, pen}.
 */
export function write(model, { text, lines, spacing, ...asked }, height) {
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const labels = [...rows.join("").replaceAll(" ", "")];
  const [frames, pen] = characters(model, labels, height, asked);
  const random = new Random(asked.seed, 0, 12);
  wander(rows, height, random).forEach((below, i) => roll(frames[i], below));
  const between = lines === "boxes" ? null : (spacing ?? SPACING.map((share) => rint(share * height)));
  const layout = layOut(rows, frames, pen.slant, height, between, random);
  const sheet = printed(lines, layout, height);
  const boxes = frames.map((frame, i) => putDown(frame, layout.lefts[i], layout.tops[i], sheet));
  return {
    width: sheet.width,
    height: sheet.height,
    grey: sheet.ink.map((ink) => 255 - ink),
    labels: labels.filter((_, i) => boxes[i]),
    boxes: boxes.filter(Boolean),
    pen,
  };
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

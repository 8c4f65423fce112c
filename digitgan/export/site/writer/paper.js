// What a text is written on, and how it looks.

import { rint } from "./numbers.js";
import { SQUARE } from "./layout.js";

const PRINTED = 90; // ink of printed lines, of 255
const [ABOVE, BELOW] = [1.25, 0.25]; // how far a form cell reaches from the baseline

/** Returns a sheet, {width, height, ink}, with ruled lines, squares or the cells of a form. */
export function printed(kind, layout, height) {
  const [width, rows] = layout.size;
  const ink = new Uint8Array(width * rows);
  const across = (row, left = 0, right = width - 1) => ink.fill(PRINTED, row * width + left, row * width + right + 1);
  const down = (column, top = 0, bottom = rows - 1) => {
    for (let row = top; row <= bottom; row++) ink[row * width + column] = PRINTED;
  };
  const square = rint(SQUARE * height);
  for (let line = 0; line < Math.max(1, rint(height / 30)); line++) {
    if (kind === "ruled") for (const baseline of layout.baselines) across(baseline + line);
    if (kind === "grid") {
      for (let row = (layout.baselines[0] % square) + line; row < rows; row += square) across(row);
      for (let column = Math.floor(square / 2) + line; column < width; column += square) down(column);
    }
    for (const [left, right, baseline] of layout.cells) {
      const [top, bottom] = [baseline - rint(ABOVE * height), baseline + rint(BELOW * height)];
      for (const row of [top + line, bottom - line]) across(row, left, right);
      for (const column of [left + line, right - line]) down(column, top, bottom);
    }
  }
  return { width, height: rows, ink };
}

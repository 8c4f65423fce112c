// Rasterization: how much of each pixel lies inside closed outlines, exactly.

import { clip, rint } from "./numpy.js";
import { flatten } from "./outlines.js";

/**
 * Return the ink of outlines: Uint8Array, 0 background to 255 ink. Every edge adds, to
 * the pixel it crosses and to all on its right, by how much the inside begins there.
 */
export function coverage(outlines, [rows, columns]) {
  const gained = new Float64Array(rows * (columns + 1));
  for (const outline of outlines) {
    const points = flatten(outline).map(([x, y]) => [clip(x, 0, columns), clip(y, 0, rows)]);
    points.forEach((point, i) => addEdge(gained, point, points[i + 1] ?? points[0], rows, columns));
  }
  const ink = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let covered = 0;
    for (let column = 0; column < columns; column++) {
      covered += gained[row * (columns + 1) + column];
      ink[row * columns + column] = rint(255 * clip(covered, 0, 1));
    }
  }
  return ink;
}

function addEdge(gained, [x0, y0], [x1, y1], rows, columns) {
  const shares = [0, ...crossings(x0, x1), ...crossings(y0, y1), 1].sort((a, b) => a - b);
  for (let i = 1; i < shares.length; i++) {
    const middle = (shares[i - 1] + shares[i]) / 2;
    const [x, y] = [x0 + middle * (x1 - x0), y0 + middle * (y1 - y0)];
    const column = Math.min(columns - 1, Math.floor(x));
    const place = Math.min(rows - 1, Math.floor(y)) * (columns + 1) + column;
    const rise = (shares[i] - shares[i - 1]) * (y0 - y1);
    gained[place] += rise * (1 - (x - column));
    gained[place + 1] += rise * (x - column);
  }
}

/** Where, as shares of the way, a line passes a whole number. */
function crossings(from, to) {
  const shares = [];
  const [low, high] = from < to ? [from, to] : [to, from];
  for (let whole = Math.floor(low) + 1; whole < high; whole++) shares.push((whole - from) / (to - from));
  return shares;
}

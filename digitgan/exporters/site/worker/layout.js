// Where the characters of a text stand: on wandering lines, or in form cells.

import { geometry, layout } from "../constants.js";
import { range, rint, tangent } from "./numpy.js";

const inkIn = (row) => row.replaceAll(" ", "").length;

/**
 * Give each character of a text its place.
 * @param rows the lines of the text; spaces have no frame.
 * @param spacing least and most pixels between neighbours; null for form cells.
 * @returns {{size: number[], lefts: number[], tops: number[], baselines: number[],
 * cells: number[][]}} of cells left, right and baseline.
 */
export function layOut(rows, frames, slant, height, spacing, gaps) {
  const margin = rint(layout.MARGIN * height);
  const { lefts, cells, width } = spacing
    ? inLines(rows, frames, slant, height, spacing, gaps)
    : inCells(rows, frames, height, gaps);
  const first = rint((geometry.BASELINE * height) / geometry.DIGIT_HEIGHT);
  const pitch = 3 * rint(geometry.GRID_SIDE * height);
  const baselines = rows.map((_, i) => first + pitch * i);
  const own = rows.flatMap((row, i) => Array(inkIn(row)).fill(baselines[i]));
  return {
    size: [width + 2 * margin, frames[0].rows + pitch * (rows.length - 1)],
    lefts: lefts.map((left) => left + margin),
    tops: own.map((baseline) => baseline - first),
    baselines,
    cells: cells.map(([left, right], i) => [left + margin, right + margin, own[i]]),
  };
}

function inLines(rows, frames, slant, height, [low, high], gaps) {
  const wanted = gaps.map((share) => Math.floor(share * (high - low + 1)));
  const sides = frames.map((frame) => sidesOf(frame, slant, height));
  const extents = frames.map(extentOf);
  const lefts = [];
  let width = 0;
  for (const row of rows) {
    const blanks = [...row.matchAll(/( *)[^ ]/g)].map(([, blank]) => blank.length * rint(layout.SPACE * height));
    const start = lefts.length;
    if (!blanks.length) continue;
    const places = [0];
    for (let i = 1; i < blanks.length; i++) {
      const [ends, begins] = [sides[start + i - 1].ends, sides[start + i].begins];
      const touching = ends.reduce((most, end, y) => Math.max(most, end - begins[y]), -Infinity);
      places.push(places[i - 1] + touching + blanks[i] + low + wanted[start + i]);
    }
    const shift = blanks[0] - Math.min(...places.map((place, i) => place + extents[start + i][0]));
    lefts.push(...places.map((place) => place + shift));
    width = Math.max(width, ...places.map((place, i) => place + shift + extents[start + i][1]));
  }
  return { lefts, cells: [], width };
}

function inCells(rows, frames, height, gaps) {
  const extents = frames.map(extentOf);
  const longest = Math.max(...rows.map((row) => row.length));
  const widest = Math.max(...extents.map(([left, right]) => right - left));
  const cell = widest + 2 + rint(layout.CELL_ROOM * height);
  const begins = rows.flatMap((row) => [...row].flatMap((character, i) => (character === " " ? [] : [cell * i])));
  const lefts = begins.map((begin, i) => {
    const [left, right] = extents[i];
    const before = rint((cell - (right - left)) * (layout.CELL_START + layout.CELL_JITTER * gaps[i]));
    return begin + before - left;
  });
  return { lefts, cells: begins.map((begin) => [begin, begin + cell]), width: longest * cell };
}

/** Return the first column with ink and the one after the last. */
export function extentOf({ rows, columns, data }) {
  const inked = new Uint8Array(columns);
  for (let i = 0; i < rows * columns; i++) inked[i % columns] |= data[i];
  const first = inked.findIndex(Boolean);
  return first < 0 ? [0, columns] : [first, inked.findLastIndex(Boolean) + 1];
}

/** Return where a character begins and ends, row by row. */
function sidesOf(frame, slant, height) {
  const { rows, columns, data } = frame;
  const [near, tuck] = [rint(layout.CLEARANCE * height), rint(layout.MAX_TUCK * height)];
  const shear = range(rows).map((row) => rint(tangent(slant) * (rows / 2 - row)));
  const side = (first, shear) => {
    const outmost = Math.min(...first.map((column, row) => column - shear[row]));
    const around = first.map((column, row) => Math.min(column, outmost + shear[row] + tuck));
    return around.map((_, row) => Math.min(...around.slice(Math.max(0, row - near), row + near + 1)));
  };
  const lines = shear.map((_, row) => data.subarray(row * columns, (row + 1) * columns));
  const orFar = (place) => (place < 0 ? 2 * columns : place); // beyond all where there is no ink
  const begins = lines.map((line) => orFar(line.findIndex(Boolean)));
  const ends = lines.map((line) => orFar(line.toReversed().findIndex(Boolean)));
  const mirrored = shear.map((shift) => -shift);
  return { begins: side(begins, shear), ends: side(ends, mirrored).map((column) => columns - column) };
}

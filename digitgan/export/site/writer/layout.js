// Where the characters of a text stand: on wandering lines, or in form cells.

import { clip, rint, tangent } from "./numbers.js";
import { Random } from "./random.js";
import { BASELINE, DIGIT } from "./signs.js";

const [MARGIN, SPACE] = [0.3, 0.5]; // in heights of a digit, as all of these
export const SQUARE = 0.55; // side of squared paper; a line of text is three
const [STRAY, FARTHEST] = [0.03, 0.08]; // how far the baseline wanders: usually, at most
const STEADY = 0.7; // how much of that a character hands on to the next
const TUCK = 0.18; // how far a character may reach under or over its neighbour
const NEAR = 0.1; // rows this far above and below the ink keep their distance, too
const LANE = 12; // of random numbers
const ROOM = 0.3; // paper beside the widest character in its cell

const inkIn = (row) => [...row].filter((sign) => sign !== " ").length;

/**
 * Decide how a hand strays over the lines of a text.
 * @returns {below, shares}: how far under its line each character stands, in heights, and
 * how much of the distance that it may choose it takes.
 */
export function sway(rows, hand) {
  const draw = (seed) => {
    const random = new Random(seed, 0, LANE);
    const below = wander(rows, random);
    return { below, shares: below.map(() => random.uniform()) };
  };
  const first = draw(hand.seed);
  if (!hand.share) return first;
  const last = draw(hand.toward);
  const mixed = (name) => first[name].map((v, i) => (1 - hand.share) * v + hand.share * last[name][i]);
  return { below: mixed("below"), shares: mixed("shares") };
}

/** Walk smoothly up and down along each line. */
function wander(rows, random) {
  return rows.flatMap((row) => {
    let place = random.normal();
    return Array.from({ length: inkIn(row) }, () => {
      const here = clip(STRAY * place, -FARTHEST, FARTHEST);
      place = STEADY * place + Math.sqrt(1 - STEADY ** 2) * random.normal();
      return here;
    });
  });
}

/**
 * Give each character of a text its place.
 * @param rows the lines of the text; spaces have no frame.
 * @param spacing least and most pixels of paper between neighbours; null for form cells.
 * @returns {size: [width, height], lefts, tops, baselines, cells: [[left, right, baseline]]}.
 */
export function layOut(rows, frames, slant, height, spacing, shares) {
  const margin = rint(MARGIN * height);
  const { lefts, cells, taken } = spacing
    ? inLines(rows, frames, slant, height, spacing, shares)
    : inCells(rows, frames, height, shares);
  const [first, pitch] = [rint((BASELINE * height) / DIGIT), 3 * rint(SQUARE * height)];
  const baselines = rows.map((_, i) => first + pitch * i);
  const own = rows.flatMap((row, i) => Array(inkIn(row)).fill(baselines[i]));
  return {
    size: [taken + 2 * margin, frames[0].rows + pitch * (rows.length - 1)],
    lefts: lefts.map((left) => left + margin),
    tops: own.map((baseline) => baseline - first),
    baselines,
    cells: cells.map(([left, right], i) => [left + margin, right + margin, own[i]]),
  };
}

function inLines(rows, frames, slant, height, [low, high], shares) {
  const wanted = shares.map((share) => Math.floor(share * (high - low + 1)));
  const sides = frames.map((frame) => sidesOf(frame, slant, height));
  const extents = frames.map(extent);
  const lefts = [];
  let taken = 0;
  for (const row of rows) {
    const blanks = [...row.matchAll(/( *)[^ ]/g)].map(([, blank]) => blank.length * rint(SPACE * height));
    const start = lefts.length;
    if (!blanks.length) continue;
    const places = [0];
    for (let i = 1; i < blanks.length; i++) {
      const [ends, begins] = [sides[start + i - 1].ends, sides[start + i].begins];
      const close = ends.reduce((most, end, y) => Math.max(most, end - begins[y]), -Infinity);
      places.push(places[i - 1] + close + blanks[i] + low + wanted[start + i]);
    }
    const away = blanks[0] - Math.min(...places.map((place, i) => place + extents[start + i][0]));
    lefts.push(...places.map((place) => place + away));
    taken = Math.max(taken, ...places.map((place, i) => place + away + extents[start + i][1]));
  }
  return { lefts, cells: [], taken };
}

function inCells(rows, frames, height, shares) {
  const extents = frames.map(extent);
  const most = Math.max(...rows.map((row) => row.length));
  const cell = Math.max(...extents.map(([left, right]) => right - left)) + 2 + rint(ROOM * height);
  const begins = rows.flatMap((row) => [...row].flatMap((sign, i) => (sign === " " ? [] : [cell * i])));
  const lefts = begins.map((begin, i) => {
    const [left, right] = extents[i];
    const beside = rint((cell - (right - left)) * (0.35 + 0.3 * shares[i]));
    return begin + beside - left;
  });
  return { lefts, cells: begins.map((begin) => [begin, begin + cell]), taken: most * cell };
}

/** Returns the first column with ink and the one after the last. */
export function extent({ rows, columns, data }) {
  const inked = new Uint8Array(columns);
  for (let i = 0; i < rows * columns; i++) inked[i % columns] |= data[i];
  const first = inked.findIndex(Boolean);
  return first < 0 ? [0, columns] : [first, inked.findLastIndex(Boolean) + 1];
}

/** Returns where a character begins and ends, row by row. */
function sidesOf(frame, slant, height) {
  const { rows, columns, data } = frame;
  const [near, tuck] = [rint(NEAR * height), rint(TUCK * height)];
  const lean = Array.from({ length: rows }, (_, row) => rint(tangent(slant) * (rows / 2 - row)));
  const side = (first, lean) => {
    const outmost = Math.min(...first.map((column, row) => column - lean[row]));
    const around = first.map((column, row) => Math.min(column, outmost + lean[row] + tuck));
    return around.map((_, row) => Math.min(...around.slice(Math.max(0, row - near), row + near + 1)));
  };
  const lines = lean.map((_, row) => data.subarray(row * columns, (row + 1) * columns));
  const from = (place) => (place < 0 ? 2 * columns : place); // beyond all where there is no ink
  const begins = lines.map((line) => from(line.findIndex(Boolean)));
  const ends = lines.map((line) => from(line.toReversed().findIndex(Boolean)));
  const mirrored = lean.map((shift) => -shift);
  return { begins: side(begins, lean), ends: side(ends, mirrored).map((column) => columns - column) };
}

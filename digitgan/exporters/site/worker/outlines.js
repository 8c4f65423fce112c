// Outlines: a glyph's ink as closed curves that hold at any size; how and why is said in
// digitgan/handwriting/outlines.py. An outline is an array of cubic Bezier curves, each
// [x1, y1, x2, y2, x, y]: both control points and the end, where the next one goes on.

import { geometry, outlines as constants } from "../constants.js";
import { clip, range, rint, sum } from "./numpy.js";

const { BASELINE, DIGIT_HEIGHT, GLYPH_SHAPE } = geometry;
const { EDGE, FLATTENING, KNOT_SPACING, MAX_SMOOTHING, MIN_KNOTS, MIN_SIZE, SAMPLES, SMOOTHING } = constants;

// Which edges of a cell of four pixels (0 above, 1 right, 2 below, 3 left) an outline
// joins, ink on its right, by which corners have ink: 1 top left, 2 top right, 4 bottom
// right, 8 bottom left. Where two opposite corners have ink they are joined or not.
const apart = [
  ...[[], [[0, 3]], [[1, 0]], [[1, 3]], [[2, 1]], [[0, 3], [2, 1]], [[2, 0]], [[2, 3]]],
  ...[[[3, 2]], [[0, 2]], [[1, 0], [3, 2]], [[1, 2]], [[3, 1]], [[0, 1]], [[3, 0]], []],
];
const joined = { 5: [[0, 1], [2, 3]], 10: [[3, 0], [1, 2]] };

/**
 * Return the smooth outlines of a glyph, around as much ink as its pixels have.
 * @param {Uint8Array} glyph of GLYPH_SHAPE, 0 background to 255 ink, its border empty.
 * @returns {number[][][]}
 */
export function trace(glyph) {
  const evenly = edges(glyph, GLYPH_SHAPE[0], GLYPH_SHAPE[1]).map(evenlySpaced);
  const outlines = evenly.filter(([points]) => Math.abs(area(points)) >= MIN_SIZE).map(smooth);
  const flat = outlines.map(flatten);
  const missing = sum(glyph) / 255 - sum(flat.map(area));
  const distance = missing / sum(flat.map(lengthOf));
  return outlines.map((outline) => movedOutwards(outline, distance));
}

/** Return how many pieces the ink of a digit has. */
export function pieces({ rows, columns, data }) {
  const wide = columns + 2; // with an empty border
  const image = new Uint8Array((rows + 2) * wide);
  for (let row = 0; row < rows; row++) image.set(data.subarray(row * columns, (row + 1) * columns), (row + 1) * wide + 1);
  return edges(image, rows + 2, wide).filter((edge) => area(edge) >= MIN_SIZE).length;
}

/** Return outlines as they stand in a picture: the ink taller, its frame at a corner. */
export function scaled(outlines, height, stretch, [right, down] = [0, 0]) {
  const scale = height / DIGIT_HEIGHT;
  const middle = [GLYPH_SHAPE[1] / 2, BASELINE];
  const start = [right + middle[0] * scale, down + middle[1] * scale];
  const move = (value, i) => (value - middle[i % 2]) * (scale * stretch) + start[i % 2];
  return outlines.map((outline) => outline.map((curve) => curve.map(move)));
}

/** Return points on a closed outline. */
export function flatten(outline) {
  return outline.flatMap(([x1, y1, x2, y2, x3, y3], i) => {
    const [x0, y0] = outline.at(i - 1).slice(4);
    return range(FLATTENING).map((n) => {
      const t = n / FLATTENING;
      const weights = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
      const along = (...values) => sum(values.map((value, j) => weights[j] * value));
      return [along(x0, x1, x2, x3), along(y0, y1, y2, y3)];
    });
  });
}

const following = (points, i) => points[i + 1 < points.length ? i + 1 : 0];
const area = (points) => sum(points.map(([x, y], i) => x * following(points, i)[1] - following(points, i)[0] * y)) / 2;
const lengthOf = (points) =>
  sum(points.map(([x, y], i) => Math.hypot(following(points, i)[0] - x, following(points, i)[1] - y)));

/** Return the closed edges of the ink, each an array of points from pixel to pixel. */
function edges(glyph, rows, columns) {
  const next = new Map(); // from side to side, by number: of a pixel twice, and 1 where it goes down
  const side = (row, column, down) => 2 * (row * columns + column) + down;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const place = row * columns + column;
      const square = [glyph[place], glyph[place + 1], glyph[place + columns + 1], glyph[place + columns]];
      const kind = sum(square.map((level, i) => Number(level > EDGE) << i));
      const both = kind in joined && sum(square) > 4 * EDGE;
      const sides = [side(row, column, 0), side(row, column + 1, 1), side(row + 1, column, 0), side(row, column, 1)];
      for (const [begin, end] of both ? joined[kind] : apart[kind]) next.set(sides[begin], sides[end]);
    }
  }
  const place = (side) => {
    const [pixel, down] = [side >> 1, side & 1];
    const [here, there] = [glyph[pixel], glyph[pixel + (down ? columns : 1)]];
    const share = (EDGE - here) / (there - here);
    return [(pixel % columns) + 0.5 + share * (1 - down), Math.floor(pixel / columns) + 0.5 + share * down];
  };
  const found = [];
  while (next.size) {
    const points = [];
    for (let [at] = next.keys(); next.has(at); ) {
      points.push(place(at));
      const then = next.get(at);
      next.delete(at);
      at = then;
    }
    found.push(points);
  }
  return found;
}

/** Return evenly spaced points, and the length they have, without what is quick along it: cubic curves. */
function smooth([points, length]) {
  const knots = clip(rint(length / KNOT_SPACING), MIN_KNOTS, SAMPLES);
  const sigma = Math.min(SMOOTHING, MAX_SMOOTHING * length);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [ends, slopes] = [range(knots).map(() => [0, 0]), range(knots).map(() => [0, 0])];
  const [cosines, sines] = [Math.cos, Math.sin].map((f) => range(SAMPLES).map((i) => f((2 * Math.PI * i) / SAMPLES)));
  const [cos, sin] = [Math.cos, Math.sin].map((f) => range(knots).map((i) => f((2 * Math.PI * i) / knots)));
  for (let frequency = -Math.floor((knots - 1) / 2); frequency < Math.floor((knots + 1) / 2); frequency++) {
    const gain = Math.exp(-2 * ((Math.PI * sigma * frequency) / length) ** 2);
    if (gain < 1e-3) continue; // which adds nothing
    let [real, imaginary] = [0, 0]; // of this Fourier coefficient of x + iy
    for (let i = 0; i < SAMPLES; i++) {
      const turn = ((frequency * i) % SAMPLES + SAMPLES) % SAMPLES;
      real += xs[i] * cosines[turn] + ys[i] * sines[turn];
      imaginary += ys[i] * cosines[turn] - xs[i] * sines[turn];
    }
    const kept = (1 - (1 - gain) ** 2) / SAMPLES;
    const slope = (2 * Math.PI * frequency) / knots;
    for (let i = 0; i < knots; i++) {
      const turn = ((frequency * i) % knots + knots) % knots;
      const x = kept * (real * cos[turn] - imaginary * sin[turn]);
      const y = kept * (real * sin[turn] + imaginary * cos[turn]);
      ends[i][0] += x;
      ends[i][1] += y;
      slopes[i][0] -= slope * y;
      slopes[i][1] += slope * x;
    }
  }
  return ends.map(([x, y], i) => {
    const [before, along] = [ends.at(i - 1), slopes.at(i - 1)];
    const [right, down] = slopes[i];
    return [before[0] + along[0] / 3, before[1] + along[1] / 3, x - right / 3, y - down / 3, x, y];
  });
}

/**
 * Return points at even distances along a closed edge, and its length.
 * @param {number[][]} edge
 * @returns {[number[][], number]}
 */
function evenlySpaced(edge) {
  const lengths = [0];
  edge.forEach(([x, y], i) => {
    const [right, down] = following(edge, i);
    lengths.push(lengths[i] + Math.hypot(right - x, down - y));
  });
  const length = lengths.at(-1);
  let segment = 0;
  const points = range(SAMPLES).map((n) => {
    const at = (n * length) / SAMPLES;
    while (lengths[segment + 1] < at) segment++;
    const [[x, y], [right, down]] = [edge[segment], following(edge, segment)];
    const share = (at - lengths[segment]) / (lengths[segment + 1] - lengths[segment] || 1);
    return [x + share * (right - x), y + share * (down - y)];
  });
  return [points, length];
}

/** Return an outline with every point moved away from the ink inside. */
function movedOutwards(outline, distance) {
  const steps = outline.map(([, , x2, y2, x, y], i) => {
    const [x1, y1] = following(outline, i);
    const [right, down] = [x - x2 + x1 - x, y - y2 + y1 - y];
    const long = Math.max(Math.hypot(right, down), 1e-9);
    return [(distance * down) / long, (-distance * right) / long];
  });
  return outline.map((curve, i) => {
    const moves = [...steps.at(i - 1), ...steps[i], ...steps[i]];
    return curve.map((value, j) => value + moves[j]);
  });
}

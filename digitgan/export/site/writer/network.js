// The generator: the operations of its ONNX file on typed arrays, in double precision,
// which processors without vector instructions compute as fast as single precision.

import { readModel } from "./onnx.js";

export class Network {
  #nodes;
  #arrays;

  /** @param bytes Uint8Array of generator.onnx. */
  constructor(bytes) {
    const { nodes, arrays } = readModel(bytes);
    this.#arrays = arrays;
    this.#nodes = nodes.filter((node) => {
      const fixed = node.inputs.every((name) => name in arrays);
      if (fixed) arrays[node.output] = perform(node, arrays);
      return !fixed;
    });
  }

  /**
   * Draw digits.
   * @param inputs {name: {shape, data}}: latents (n, latent dim) and what it is told, (n).
   * @returns an array of n Uint8Array of 784 pixels, 0 paper to 255 ink.
   */
  draw(inputs) {
    const known = { ...this.#arrays, ...inputs };
    for (const node of this.#nodes) known[node.output] = perform(node, known);
    const { shape, data } = known.digits;
    const size = shape[1] * shape[2];
    return Array.from({ length: shape[0] }, (_, i) => Uint8Array.from(data.subarray(i * size, (i + 1) * size)));
  }
}

function perform({ kind, inputs, told }, known) {
  if (!(kind in OPERATIONS)) throw new Error(`the network has an operation ${kind} that this page does not know`);
  return OPERATIONS[kind](told, ...inputs.map((name) => known[name]));
}

const count = (shape) => shape.reduce((a, b) => a * b, 1);
const map = ({ shape, data }, change) => ({ shape, data: data.map(change) });

const OPERATIONS = {
  Add: (_, a, b) => paired(a, b, (x, y) => x + y),
  Sub: (_, a, b) => paired(a, b, (x, y) => x - y),
  Mul: (_, a, b) => paired(a, b, (x, y) => x * y),
  GreaterOrEqual: (_, a, b) => paired(a, b, (x, y) => Number(x >= y)),
  Where: (_, sure, a, b) => ({ shape: b.shape, data: b.data.map((y, i) => (sure.data[i] ? a.data[0] : y)) }),
  Clip: (_, x, low, high) => map(x, (v) => Math.min(Math.max(v, low.data[0]), high.data[0])),
  Relu: (_, x) => map(x, (v) => (v > 0 ? v : 0)),
  Tanh: (_, x) => map(x, Math.tanh),
  Round: (_, x) => map(x, toEven),
  Cast: ({ to }, x) => (to === 1 ? x : map(x, Math.trunc)),
  Gather: (_, table, rows) => gather(table, rows),
  Unsqueeze: (_, x) => ({ shape: [...x.shape, 1], data: x.data }),
  Squeeze: (_, x) => ({ shape: [x.shape[0], ...x.shape.slice(2)], data: x.data }),
  Reshape: (_, x, { data }) => ({ shape: [x.shape[0], ...data.slice(1)], data: x.data }),
  Concat: (_, ...parts) => concat(parts),
  ReduceMax: (_, x) => most(x),
  Gemm: (_, x, kernel, shift) => dense(x, kernel, shift),
  Conv: ({ pads }, x, kernel, shift) => convolve(x, kernel, shift, pads[0]),
  ConvTranspose: ({ pads, strides }, x, kernel, shift) => spread(x, kernel, shift, pads[0], strides[0]),
};

const toEven = (v) => {
  const whole = Math.round(v);
  return whole - v === 0.5 && whole % 2 ? whole - 1 : whole;
};

/** Combine number by number; the smaller array serves each of its parts again. */
function paired(a, b, combine) {
  const repeat = a.data.length / b.data.length;
  return { shape: a.shape, data: a.data.map((x, i) => combine(x, b.data[Math.floor(i / repeat)])) };
}

function gather(table, rows) {
  const size = count(table.shape.slice(1));
  const data = new Float64Array(rows.data.length * size);
  rows.data.forEach((row, i) => data.set(table.data.subarray(row * size, (row + 1) * size), i * size));
  return { shape: [...rows.shape, ...table.shape.slice(1)], data };
}

function concat(parts) {
  const n = parts[0].shape[0];
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const data = new Float64Array(n * width);
  let column = 0;
  for (const part of parts) {
    const own = part.shape[1];
    for (let i = 0; i < n; i++) data.set(part.data.subarray(i * own, (i + 1) * own), i * width + column);
    column += own;
  }
  return { shape: [n, width], data };
}

function most({ shape, data }) {
  const size = count(shape.slice(1));
  const found = Float64Array.from({ length: shape[0] }, (_, i) =>
    data.subarray(i * size, (i + 1) * size).reduce((a, b) => Math.max(a, b)),
  );
  return { shape: [shape[0], 1, 1], data: found };
}

function dense(x, kernel, shift) {
  const [inner, outer] = kernel.shape;
  const data = products(turned(kernel), outer, x.data, x.shape[0], inner);
  for (let i = 0; i < data.length; i++) data[i] += shift.data[i % outer];
  return { shape: [x.shape[0], outer], data };
}

/** Convolve, stride 1: every pixel's surroundings as a row, times the kernel. */
function convolve(x, kernel, shift, pad) {
  const [n, channels, rows, columns] = x.shape;
  const [wanted, , size] = kernel.shape;
  const [inner, pixels] = [channels * size * size, rows * columns];
  const data = new Float64Array(n * wanted * pixels);
  const around = new Float64Array(pixels * inner);
  for (let i = 0; i < n; i++) {
    let place = 0;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let channel = 0; channel < channels; channel++) {
          const image = (i * channels + channel) * pixels;
          for (let dr = r - pad; dr < r - pad + size; dr++)
            for (let dc = c - pad; dc < c - pad + size; dc++) {
              const inside = dr >= 0 && dr < rows && dc >= 0 && dc < columns;
              around[place++] = inside ? x.data[image + dr * columns + dc] : 0;
            }
        }
    const found = products(around, pixels, kernel.data, wanted, inner);
    for (let j = 0; j < found.length; j++) data[i * found.length + j] = found[j] + shift.data[Math.floor(j / pixels)];
  }
  return { shape: [n, wanted, rows, columns], data };
}

/** Convolve transposed: every pixel times the kernel, laid over its place. */
function spread(x, kernel, shift, pad, stride) {
  const [n, channels, rows, columns] = x.shape;
  const [, wanted, size] = kernel.shape;
  const [pixels, area] = [rows * columns, size * size];
  const [high, wide] = [rows, columns].map((side) => (side - 1) * stride + size - 2 * pad);
  const data = new Float64Array(n * wanted * high * wide);
  const across = turned({ shape: [channels, wanted * area], data: kernel.data }, kernel);
  for (let i = 0; i < n; i++) {
    const image = x.data.subarray(i * channels * pixels, (i + 1) * channels * pixels);
    const parts = products(across, wanted * area, turned({ shape: [channels, pixels], data: image }), pixels, channels);
    for (let channel = 0; channel < wanted; channel++) {
      const begin = (i * wanted + channel) * high * wide;
      data.fill(shift.data[channel], begin, begin + high * wide);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const top = Math.floor(pixel / columns) * stride - pad;
        const left = (pixel % columns) * stride - pad;
        const part = (pixel * wanted + channel) * area;
        for (let k = 0; k < area; k++) {
          const [r, c] = [top + Math.floor(k / size), left + (k % size)];
          if (r >= 0 && r < high && c >= 0 && c < wide) data[begin + r * wide + c] += parts[part + k];
        }
      }
    }
  }
  return { shape: [n, wanted, high, wide], data };
}

const kept = new WeakMap();

/** Returns the transpose of a matrix; that of a kernel is kept. */
function turned({ shape: [rows, columns], data }, kernel) {
  if (kept.has(kernel)) return kept.get(kernel);
  const found = new Float64Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) found[c * rows + r] = data[r * columns + c];
  if (kernel) kept.set(kernel, found);
  return found;
}

/**
 * Returns the product of every row of one matrix with every row of another, (m, n), four
 * by two at a time: so each number that is read serves several products.
 */
function products(a, n, b, m, inner) {
  const found = new Float64Array(m * n);
  for (let row = 0; row < m; row += 2) {
    const [b0, b1] = [row * inner, Math.min(row + 1, m - 1) * inner];
    for (let column = 0; column < n; column += 4) {
      const a0 = column * inner;
      const a1 = Math.min(column + 1, n - 1) * inner;
      const a2 = Math.min(column + 2, n - 1) * inner;
      const a3 = Math.min(column + 3, n - 1) * inner;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // one by one: arrays here would cost ten times
      let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0; k < inner; k++) {
        const y0 = b[b0 + k];
        const y1 = b[b1 + k];
        const x0 = a[a0 + k];
        s0 += x0 * y0;
        t0 += x0 * y1;
        const x1 = a[a1 + k];
        s1 += x1 * y0;
        t1 += x1 * y1;
        const x2 = a[a2 + k];
        s2 += x2 * y0;
        t2 += x2 * y1;
        const x3 = a[a3 + k];
        s3 += x3 * y0;
        t3 += x3 * y1;
      }
      // What lies past the end repeats the last one, and is written over or left out.
      const [first, second] = [row * n + column, (row + 1) * n + column];
      const width = Math.min(4, n - column);
      found.set(width === 4 ? [s0, s1, s2, s3] : [s0, s1, s2, s3].slice(0, width), first);
      if (row + 1 < m) found.set([t0, t1, t2, t3].slice(0, width), second);
    }
  }
  return found;
}

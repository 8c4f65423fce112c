// The generator: the operations of its ONNX file on arrays of single precision.

import { rint } from "./numbers.js";
import { readModel } from "./onnx.js";
import { Products, rowLength } from "./products.js";

const BLOCK = 16; // digits at once: more would only take memory

export class Network {
  #nodes;
  #arrays;
  #products;

  /**
   * @param bytes Uint8Array of generator.onnx.
   * @param products who multiplies matrices.
   */
  constructor(bytes, products = new Products()) {
    const { nodes, arrays } = readModel(bytes);
    this.#arrays = arrays;
    this.#products = products;
    this.#nodes = nodes.filter((node) => {
      const fixed = node.inputs.every((name) => name in arrays);
      if (fixed) arrays[node.output] = this.#perform(node, arrays);
      return !fixed;
    });
    for (const { kind, inputs } of this.#nodes) KEEP[kind]?.(arrays[inputs[1]], products);
  }

  /**
   * Draw digits.
   * @param inputs {name: [values of each]}: latents, and what the network is told.
   * @returns an array of Uint8Array of 784 pixels, 0 paper to 255 ink.
   */
  draw(inputs) {
    const found = [];
    for (let start = 0; start < inputs.latents.length; start += BLOCK) {
      const known = { ...this.#arrays };
      for (const [name, values] of Object.entries(inputs)) known[name] = joined(values.slice(start, start + BLOCK));
      for (const node of this.#nodes) known[node.output] = this.#perform(node, known);
      const { shape, data } = known.digits;
      const size = shape[1] * shape[2];
      for (let i = 0; i < shape[0]; i++) found.push(Uint8Array.from(data.subarray(i * size, (i + 1) * size)));
    }
    return found;
  }

  #perform({ kind, inputs, told }, known) {
    if (!(kind in OPERATIONS)) throw new Error(`The network has an operation that this page does not know: ${kind}.`);
    const values = inputs.map((name) => known[name]);
    return this.#products.meanwhile(() => OPERATIONS[kind]({ ...told, products: this.#products }, ...values));
  }
}

/** Returns rows of numbers, or numbers, as one array. */
function joined(values) {
  if (typeof values[0] === "number") return { shape: [values.length], data: Float32Array.from(values) };
  const width = values[0].length;
  const data = new Float32Array(values.length * width);
  values.forEach((row, i) => data.set(row, i * width));
  return { shape: [values.length, width], data };
}

const count = (shape) => shape.reduce((a, b) => a * b, 1);
const map = ({ shape, data }, change) => ({ shape, data: data.map(change) });

// Kernels lie ready in the memory of the products.
const KEEP = {
  Gemm(kernel, products) {
    const [inner, outer] = kernel.shape;
    kernel.kept = products.right(widened(kernel.data, inner, outer));
  },
  Conv(kernel, products) {
    const [wanted, ...inner] = kernel.shape;
    kernel.kept = products.left(kernel.data, wanted, count(inner));
  },
  ConvTranspose(kernel, products) {
    const [channels, ...outer] = kernel.shape;
    kernel.kept = products.left(turned(kernel.data, channels, count(outer)), count(outer), channels);
  },
};

const OPERATIONS = {
  Add: (_, a, b) => paired(a, b, (x, y) => x + y),
  Sub: (_, a, b) => paired(a, b, (x, y) => x - y),
  Mul: (_, a, b) => paired(a, b, (x, y) => x * y),
  GreaterOrEqual: (_, a, b) => paired(a, b, (x, y) => Number(x >= y)),
  Where: (_, sure, a, b) => ({ shape: b.shape, data: b.data.map((y, i) => (sure.data[i] ? a.data[0] : y)) }),
  Clip: (_, x, low, high) => map(x, (v) => Math.min(Math.max(v, low.data[0]), high.data[0])),
  Relu: (_, x) => map(x, (v) => (v > 0 ? v : 0)),
  Tanh: (_, x) => map(x, Math.tanh),
  Round: (_, x) => map(x, rint),
  Cast: ({ to }, x) => (to === 1 ? x : map(x, Math.trunc)), // to what is no fraction
  Gather: (_, table, rows) => gather(table, rows),
  Unsqueeze: (_, x) => ({ shape: [...x.shape, 1], data: x.data }),
  Squeeze: (_, x) => ({ shape: [x.shape[0], ...x.shape.slice(2)], data: x.data }),
  Reshape: (_, x, { data }) => ({ shape: [x.shape[0], ...data.slice(1)], data: x.data }),
  Concat: (_, ...parts) => concat(parts),
  ReduceMax: (_, x) => most(x),
  Gemm: ({ products }, x, kernel, shift) => dense(products, x, kernel, shift),
  Conv: ({ products, pads }, x, kernel, shift) => convolve(products, x, kernel, shift, pads[0]),
  ConvTranspose: ({ products, pads, strides }, x, kernel, shift) =>
    convolveTransposed(products, x, kernel, shift, pads[0], strides[0]),
};

/** Combine number by number; the smaller array serves each of its parts again. */
function paired(a, b, combine) {
  const repeat = a.data.length / b.data.length;
  return { shape: a.shape, data: a.data.map((x, i) => combine(x, b.data[Math.floor(i / repeat)])) };
}

function gather(table, rows) {
  const size = count(table.shape.slice(1));
  const data = new Float32Array(rows.data.length * size);
  rows.data.forEach((row, i) => data.set(table.data.subarray(row * size, (row + 1) * size), i * size));
  return { shape: [...rows.shape, ...table.shape.slice(1)], data };
}

function concat(parts) {
  const n = parts[0].shape[0];
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const data = new Float32Array(n * width);
  let column = 0;
  for (const { shape, data: own } of parts) {
    for (let i = 0; i < n; i++) data.set(own.subarray(i * shape[1], (i + 1) * shape[1]), i * width + column);
    column += shape[1];
  }
  return { shape: [n, width], data };
}

function most({ shape, data }) {
  const size = count(shape.slice(1));
  const found = Float32Array.from({ length: shape[0] }, (_, i) =>
    data.subarray(i * size, (i + 1) * size).reduce((a, b) => Math.max(a, b)),
  );
  return { shape: [shape[0], 1, 1], data: found };
}

function dense(products, x, kernel, shift) {
  const [n, inner] = x.shape;
  const outer = kernel.shape[1];
  const wide = rowLength(outer);
  const found = products.multiply(products.left(x.data, n, inner), kernel.kept, n, inner, outer);
  const data = new Float32Array(n * outer);
  for (let i = 0; i < n; i++) for (let j = 0; j < outer; j++) data[i * outer + j] = found[i * wide + j] + shift.data[j];
  return { shape: [n, outer], data };
}

/** Convolve, stride 1: the kernel times the image at each of its shifts. */
function convolve(products, x, kernel, shift, pad) {
  const [n, channels, rows, columns] = x.shape;
  const [wanted, , size] = kernel.shape;
  const pixels = rows * columns;
  const [inner, wide] = [channels * size * size, rowLength(pixels)];
  const data = new Float32Array(n * wanted * pixels);
  const shifted = new Float32Array(inner * wide);
  for (let i = 0; i < n; i++) {
    const image = x.data.subarray(i * channels * pixels, (i + 1) * channels * pixels);
    for (let j = 0; j < inner; j++) {
      const [down, right] = [(Math.floor(j / size) % size) - pad, (j % size) - pad];
      layShifted(image, Math.floor(j / size ** 2) * pixels, rows, columns, down, right, shifted, j * wide);
    }
    const found = products.meanwhile(() =>
      products.multiply(kernel.kept, products.right(shifted), wanted, inner, pixels),
    );
    for (let j = 0; j < wanted; j++) {
      const begin = (i * wanted + j) * pixels;
      for (let k = 0; k < pixels; k++) data[begin + k] = found[j * wide + k] + shift.data[j];
    }
  }
  return { shape: [n, wanted, rows, columns], data };
}

/** Copy an image, moved; paper comes in from outside. */
function layShifted(image, begin, rows, columns, down, right, out, at) {
  for (let row = 0; row < rows; row++) {
    const inside = row + down >= 0 && row + down < rows;
    const source = begin + (row + down) * columns + right;
    for (let column = 0; column < columns; column++) {
      const seen = inside && column + right >= 0 && column + right < columns;
      out[at + row * columns + column] = seen ? image[source + column] : 0;
    }
  }
}

/** Convolve transposed: every pixel times the kernel, laid over its place. */
function convolveTransposed(products, x, kernel, shift, pad, stride) {
  const [n, channels, rows, columns] = x.shape;
  const [, wanted, size] = kernel.shape;
  const [pixels, area] = [rows * columns, size * size];
  const [high, broad] = [rows, columns].map((side) => (side - 1) * stride + size - 2 * pad);
  const wide = rowLength(pixels);
  const data = new Float32Array(n * wanted * high * broad);
  for (let i = 0; i < n; i++) {
    const image = x.data.subarray(i * channels * pixels, (i + 1) * channels * pixels);
    const right = widened(image, channels, pixels);
    const parts = products.meanwhile(() =>
      products.multiply(kernel.kept, products.right(right), wanted * area, channels, pixels),
    );
    for (let j = 0; j < wanted; j++) {
      const begin = (i * wanted + j) * high * broad;
      data.fill(shift.data[j], begin, begin + high * broad);
      for (let k = 0; k < area; k++) {
        const [down, aside] = [Math.floor(k / size) - pad, (k % size) - pad];
        const part = (j * area + k) * wide;
        for (let row = 0; row < rows; row++) {
          const r = row * stride + down;
          if (r < 0 || r >= high) continue;
          for (let column = 0; column < columns; column++) {
            const c = column * stride + aside;
            if (c >= 0 && c < broad) data[begin + r * broad + c] += parts[part + row * columns + column];
          }
        }
      }
    }
  }
  return { shape: [n, wanted, high, broad], data };
}

/** Returns a matrix with rows as long as those of products. */
function widened(data, rows, columns) {
  const wide = rowLength(columns);
  const found = new Float32Array(rows * wide);
  for (let row = 0; row < rows; row++) found.set(data.subarray(row * columns, (row + 1) * columns), row * wide);
  return found;
}

function turned(data, rows, columns) {
  const found = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) found[c * rows + r] = data[r * columns + c];
  return found;
}

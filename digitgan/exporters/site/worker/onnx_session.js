// Runs the generator: the operations of its ONNX file on arrays of single precision.

import { MatrixMultiplier, paddedLength } from "./matmul.js";
import { rint } from "./numpy.js";
import { FLOAT, readGraph } from "./onnx_file.js";

const BATCH_SIZE = 16; // digits at once: more would only take memory

export class OnnxSession {
  #nodes;
  #initializers;
  #multiplier;

  /**
   * @param {Uint8Array} bytes of generator.onnx.
   * @param multiplier of matrices.
   */
  constructor(bytes, multiplier = new MatrixMultiplier()) {
    const { nodes, initializers } = readGraph(bytes);
    this.#initializers = initializers;
    this.#multiplier = multiplier;
    // What depends on constants alone is computed once.
    this.#nodes = nodes.filter((node) => {
      const constant = node.inputs.every((name) => name in initializers);
      if (constant) initializers[node.output] = this.#evaluate(node, initializers);
      return !constant;
    });
    for (const { opType, inputs } of this.#nodes) STORE_KERNEL[opType]?.(initializers[inputs[1]], multiplier);
  }

  /**
   * Draw digits.
   * @param {Object<string, any[]>} inputs latents, Float32Array each, and conditions, by digit.
   * @returns images {rows, columns, data: Uint8Array}, 0 background to 255 ink.
   */
  run(inputs) {
    const images = [];
    for (let start = 0; start < inputs.latents.length; start += BATCH_SIZE) {
      const values = { ...this.#initializers };
      for (const [name, all] of Object.entries(inputs)) values[name] = toTensor(all.slice(start, start + BATCH_SIZE));
      for (const node of this.#nodes) values[node.output] = this.#evaluate(node, values);
      const { shape, data } = values.digits;
      const [n, rows, columns] = shape;
      const size = rows * columns;
      for (let i = 0; i < n; i++)
        images.push({ rows, columns, data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)) });
    }
    return images;
  }

  #evaluate({ opType, inputs, attributes }, values) {
    if (!(opType in OPERATIONS)) throw new Error(`The network has an operation that this page lacks: ${opType}.`);
    const tensors = inputs.map((name) => values[name]);
    const context = { ...attributes, multiplier: this.#multiplier };
    return this.#multiplier.scoped(() => OPERATIONS[opType](context, ...tensors));
  }
}

/** Return rows of numbers, or numbers, as one tensor {shape, data}. */
function toTensor(values) {
  if (typeof values[0] === "number") return { shape: [values.length], data: Float32Array.from(values) };
  const width = values[0].length;
  const data = new Float32Array(values.length * width);
  values.forEach((row, i) => data.set(row, i * width));
  return { shape: [values.length, width], data };
}

const count = (shape) => shape.reduce((a, b) => a * b, 1);
const map = ({ shape, data }, change) => ({ shape, data: data.map(change) });

// Kernels lie ready in the memory of the multiplier.
const STORE_KERNEL = {
  Gemm(kernel, multiplier) {
    const [inner, outer] = kernel.shape;
    kernel.address = multiplier.storeRight(padRows(kernel.data, inner, outer));
  },
  Conv(kernel, multiplier) {
    const [filters, ...inner] = kernel.shape;
    kernel.address = multiplier.storeLeft(kernel.data, filters, count(inner));
  },
  ConvTranspose(kernel, multiplier) {
    const [channels, ...outer] = kernel.shape;
    kernel.address = multiplier.storeLeft(transpose(kernel.data, channels, count(outer)), count(outer), channels);
  },
};

const OPERATIONS = {
  Add: (_, a, b) => broadcast(a, b, (x, y) => x + y),
  Sub: (_, a, b) => broadcast(a, b, (x, y) => x - y),
  Mul: (_, a, b) => broadcast(a, b, (x, y) => x * y),
  Div: (_, a, b) => broadcast(a, b, (x, y) => x / y),
  GreaterOrEqual: (_, a, b) => broadcast(a, b, (x, y) => Number(x >= y)),
  Where: (_, condition, a, b) => choose(condition, a, b),
  Clip: (_, x, low, high) => map(x, (v) => Math.min(Math.max(v, low.data[0]), high.data[0])),
  Abs: (_, x) => map(x, Math.abs),
  Relu: (_, x) => map(x, (v) => (v > 0 ? v : 0)),
  Tanh: (_, x) => map(x, Math.tanh),
  Round: (_, x) => map(x, rint),
  QuantizeLinear: (_, x, scale, zero) =>
    map(x, (v) => Math.min(Math.max(rint(v / scale.data[0]) + zero.data[0], 0), 255)),
  DequantizeLinear: ({ axis }, x, scale, zero) => dequantize(x, scale, zero, axis),
  Cast: ({ to }, x) => (to === FLOAT ? x : map(x, Math.trunc)),
  Gather: (_, table, indices) => gather(table, indices),
  Unsqueeze: (_, x) => ({ shape: [...x.shape, 1], data: x.data }),
  Squeeze: (_, x) => ({ shape: [x.shape[0], ...x.shape.slice(2)], data: x.data }),
  Reshape: (_, x, { data }) => ({ shape: [x.shape[0], ...data.slice(1)], data: x.data }),
  Transpose: ({ perm }, x) => permute(x, perm),
  Slice: (_, x, starts, ends, axes) => slice(x, starts.data, ends.data, axes.data),
  Concat: (_, ...parts) => concat(parts),
  ReduceMax: (_, x, axes) => reduceMax(x, [...axes.data].map(Number)),
  MatMul: ({ multiplier }, a, b) => matMul(multiplier, a, b),
  Gemm: ({ multiplier }, x, kernel, bias) => dense(multiplier, x, kernel, bias),
  Conv: ({ multiplier, pads }, x, kernel, bias) => conv(multiplier, x, kernel, bias, pads[0]),
  ConvTranspose: ({ multiplier, pads, strides }, x, kernel, bias) =>
    convTranspose(multiplier, x, kernel, bias, pads[0], strides[0]),
};

/** Combine number by number; where a side is 1, that one serves again and again. */
function broadcast(a, b, combine) {
  if (b.data.length === 1) return map(a, (x) => combine(x, b.data[0]));
  const shape = commonShape(a.shape, b.shape);
  const [left, right] = [expand(a, shape), expand(b, shape)];
  return { shape, data: left.map((x, i) => combine(x, right[i])) };
}

/** Take a where the condition holds, which is as large as the result, else b. */
function choose(condition, a, b) {
  const { shape, data } = condition;
  const [yes, no] = [expand(a, shape), expand(b, shape)];
  return { shape, data: Float32Array.from(data, (holds, i) => (holds ? yes[i] : no[i])) };
}

function commonShape(a, b) {
  const rank = Math.max(a.length, b.length);
  const [x, y] = [a, b].map((shape) => [...Array(rank - shape.length).fill(1), ...shape]);
  return x.map((side, axis) => Math.max(side, y[axis]));
}

/** Return the numbers of a tensor as often as a larger shape has them. */
function expand({ shape, data }, larger) {
  if (data.length === count(larger)) return data;
  const [steps, missing] = [stepsOf(shape), larger.length - shape.length];
  const repeated = larger.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : steps[axis - missing]));
  return strided(data, larger, repeated, 0).data;
}

/** Return what steps are worth; along an axis, each has a scale of its own. */
function dequantize({ shape, data }, scale, zero, axis = 1) {
  const size = count(shape.slice(axis + 1));
  const own = (values, i) => values.data[Math.floor(i / size) % values.data.length];
  return { shape, data: Float32Array.from(data, (v, i) => own(scale, i) * (v - (zero ? own(zero, i) : 0))) };
}

/** Read a tensor from a place on, with a step along each axis of the new shape. */
function strided(data, shape, steps, begin) {
  const out = new Float32Array(count(shape));
  const at = shape.map(() => 0);
  for (let [i, place] = [0, begin]; i < out.length; i++) {
    out[i] = data[place];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += steps[axis];
      if (++at[axis] < shape[axis]) break;
      place -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return { shape, data: out };
}

const stepsOf = (shape) => shape.map((_, axis) => count(shape.slice(axis + 1)));

function permute({ shape, data }, perm) {
  const steps = stepsOf(shape);
  return strided(
    data,
    perm.map((axis) => shape[axis]),
    perm.map((axis) => steps[axis]),
    0,
  );
}

function slice({ shape, data }, starts, ends, axes) {
  const [steps, inside] = [stepsOf(shape), [...shape]];
  let begin = 0;
  axes.forEach((axis, i) => {
    begin += steps[axis] * starts[i];
    inside[axis] = ends[i] - starts[i];
  });
  return strided(data, inside, steps, begin);
}

function gather(table, indices) {
  const size = count(table.shape.slice(1));
  const data = new Float32Array(indices.data.length * size);
  indices.data.forEach((row, i) => data.set(table.data.subarray(row * size, (row + 1) * size), i * size));
  return { shape: [...indices.shape, ...table.shape.slice(1)], data };
}

function concat(parts) {
  const n = parts[0].shape[0];
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const data = new Float32Array(n * width);
  let column = 0;
  for (const { shape, data: part } of parts) {
    for (let i = 0; i < n; i++) data.set(part.subarray(i * shape[1], (i + 1) * shape[1]), i * width + column);
    column += shape[1];
  }
  return { shape: [n, width], data };
}

/** The largest along some axes, which stay with a length of 1. */
function reduceMax({ shape, data }, axes) {
  const reduced = shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  const last = [...shape.keys()].sort((a, b) => Number(axes.includes(a)) - Number(axes.includes(b)));
  const { data: sorted } = permute({ shape, data }, last); // what is compared lies together
  const size = data.length / count(reduced);
  const most = Float32Array.from({ length: count(reduced) }, (_, i) =>
    sorted.subarray(i * size, (i + 1) * size).reduce((a, b) => Math.max(a, b)),
  );
  return { shape: reduced, data: most };
}

/** Multiply matrices, one pair for each digit. */
function matMul(multiplier, a, b) {
  const [n, rows, inner] = a.shape;
  const columns = b.shape[2];
  const wide = paddedLength(columns);
  const data = new Float32Array(n * rows * columns);
  for (let i = 0; i < n; i++) {
    const [left, right] = [a, b].map(({ data: all }) => all.subarray((i * all.length) / n, ((i + 1) * all.length) / n));
    const product = multiplier.scoped(() =>
      multiplier.multiply(
        multiplier.storeLeft(left, rows, inner),
        multiplier.storeRight(padRows(right, inner, columns)),
        rows,
        inner,
        columns,
      ),
    );
    for (let row = 0; row < rows; row++)
      data.set(product.subarray(row * wide, row * wide + columns), (i * rows + row) * columns);
  }
  return { shape: [n, rows, columns], data };
}

function dense(multiplier, x, kernel, bias) {
  const [n, inner] = x.shape;
  const outer = kernel.shape[1];
  const wide = paddedLength(outer);
  const product = multiplier.multiply(multiplier.storeLeft(x.data, n, inner), kernel.address, n, inner, outer);
  const data = new Float32Array(n * outer);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < outer; j++) data[i * outer + j] = product[i * wide + j] + bias.data[j % bias.data.length];
  }
  return { shape: [n, outer], data };
}

/** Convolve, stride 1: the kernel times the image at each of its shifts (im2col). */
function conv(multiplier, x, kernel, bias, pad) {
  const [n, channels, rows, columns] = x.shape;
  const [filters, , size] = kernel.shape;
  const [outRows, outColumns] = [rows, columns].map((side) => side + 2 * pad - size + 1);
  const [area, pixels] = [rows * columns, outRows * outColumns];
  const [inner, wide] = [channels * size * size, paddedLength(pixels)];
  const data = new Float32Array(n * filters * pixels);
  const shifted = new Float32Array(inner * wide);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < inner; j++) {
      const [down, right] = [(Math.floor(j / size) % size) - pad, (j % size) - pad];
      const channel = (i * channels + Math.floor(j / size ** 2)) * area;
      const image = x.data.subarray(channel, channel + area);
      copyShifted(image, rows, columns, down, right, shifted.subarray(j * wide), outRows, outColumns);
    }
    const product = multiplier.scoped(() =>
      multiplier.multiply(kernel.address, multiplier.storeRight(shifted), filters, inner, pixels),
    );
    for (let j = 0; j < filters; j++) {
      const begin = (i * filters + j) * pixels;
      for (let k = 0; k < pixels; k++) data[begin + k] = product[j * wide + k] + bias.data[j];
    }
  }
  return { shape: [n, filters, outRows, outColumns], data };
}

/** Copy an image, moved, to one of another size; zeros come in from outside. */
function copyShifted(image, rows, columns, down, right, out, outRows, outColumns) {
  for (let row = 0; row < outRows; row++) {
    const rowInside = row + down >= 0 && row + down < rows;
    const source = (row + down) * columns + right;
    for (let column = 0; column < outColumns; column++) {
      const inside = rowInside && column + right >= 0 && column + right < columns;
      out[row * outColumns + column] = inside ? image[source + column] : 0;
    }
  }
}

/** Convolve transposed: every pixel times the kernel, added over its place. */
function convTranspose(multiplier, x, kernel, bias, pad, stride) {
  const [n, channels, rows, columns] = x.shape;
  const [, filters, size] = kernel.shape;
  const [pixels, area] = [rows * columns, size * size];
  const [outRows, outColumns] = [rows, columns].map((side) => (side - 1) * stride + size - 2 * pad);
  const wide = paddedLength(pixels);
  const data = new Float32Array(n * filters * outRows * outColumns);
  for (let i = 0; i < n; i++) {
    const image = padRows(x.data.subarray(i * channels * pixels, (i + 1) * channels * pixels), channels, pixels);
    const patches = multiplier.scoped(() =>
      multiplier.multiply(kernel.address, multiplier.storeRight(image), filters * area, channels, pixels),
    );
    for (let j = 0; j < filters; j++) {
      const begin = (i * filters + j) * outRows * outColumns;
      data.fill(bias.data[j], begin, begin + outRows * outColumns);
      for (let k = 0; k < area; k++) {
        const [down, right] = [Math.floor(k / size) - pad, (k % size) - pad];
        const patch = (j * area + k) * wide;
        for (let row = 0; row < rows; row++) {
          const y = row * stride + down;
          if (y < 0 || y >= outRows) continue;
          for (let column = 0; column < columns; column++) {
            const x = column * stride + right;
            if (x >= 0 && x < outColumns) data[begin + y * outColumns + x] += patches[patch + row * columns + column];
          }
        }
      }
    }
  }
  return { shape: [n, filters, outRows, outColumns], data };
}

/** Return a matrix whose rows are as long as the multiplier wants them. */
function padRows(data, rows, columns) {
  const wide = paddedLength(columns);
  const padded = new Float32Array(rows * wide);
  for (let row = 0; row < rows; row++) padded.set(data.subarray(row * columns, (row + 1) * columns), row * wide);
  return padded;
}

function transpose(data, rows, columns) {
  const transposed = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) transposed[c * rows + r] = data[r * columns + c];
  return transposed;
}

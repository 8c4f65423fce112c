// Reads an ONNX file, a protocol buffer, as far as a generator of digitgan needs it.

import { float16 } from "./numpy.js";

// TensorProto.DataType
export const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const INT64 = 7;
const FLOAT16 = 10;

/**
 * @param {Uint8Array} bytes of the file.
 * @returns {{nodes: any[], initializers: Object<string, {shape: number[], data: any}>}}
 * nodes are {opType, inputs, output, attributes}.
 */
export function readGraph(bytes) {
  const graph = new Message(new Message(bytes).one(7));
  /** @type {Object<string, {shape: number[], data: any}>} */
  const initializers = {};
  for (const tensor of graph.messages(5)) {
    initializers[tensor.text(8)] = { shape: tensor.integers(1), data: toFloat32(tensor.one(9), tensor.one(2)) };
  }
  const nodes = graph.messages(1).map((node) => ({
    opType: node.text(4),
    inputs: node.all(1).map(decode),
    output: node.text(2),
    attributes: Object.fromEntries(node.messages(5).map((one) => [one.text(1), one.one(3) ?? one.integers(8)])),
  }));
  return { nodes, initializers };
}

const decode = (bytes) => new TextDecoder().decode(bytes);

/** The fields of a message, by number: bytes or whole numbers. */
class Message {
  /** @type {[number, any][]} */
  #fields = [];

  constructor(bytes) {
    const cursor = { at: 0 };
    while (cursor.at < bytes.length) {
      const tag = varint(bytes, cursor);
      const wireType = tag & 7;
      if (wireType === 0) this.#fields.push([tag >> 3, varint(bytes, cursor)]);
      else {
        const length = { 1: 8, 5: 4 }[wireType] ?? varint(bytes, cursor);
        this.#fields.push([tag >> 3, bytes.subarray(cursor.at, cursor.at + length)]);
        cursor.at += length;
      }
    }
  }

  all = (number) => this.#fields.filter(([n]) => n === number).map(([, value]) => value);
  one = (number) => this.all(number)[0];
  text = (number) => decode(this.one(number));
  messages = (number) => this.all(number).map((bytes) => new Message(bytes));

  /** Whole numbers, each in a field of its own or many in one. */
  integers(number) {
    return this.all(number).flatMap((value) => {
      if (typeof value === "number") return [value];
      const [integers, cursor] = [[], { at: 0 }];
      while (cursor.at < value.length) integers.push(varint(value, cursor));
      return integers;
    });
  }
}

function varint(bytes, cursor) {
  let [value, weight] = [0, 1];
  for (;;) {
    const byte = bytes[cursor.at++];
    value += (byte & 127) * weight;
    if (byte < 128) return value < 2 ** 63 ? value : value - 2 ** 64;
    weight *= 128;
  }
}

/** Return stored numbers in single precision. */
function toFloat32(bytes, type) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [size, read] = {
    [FLOAT]: [4, (at) => view.getFloat32(at, true)],
    [UINT8]: [1, (at) => view.getUint8(at)],
    [INT8]: [1, (at) => view.getInt8(at)],
    [INT32]: [4, (at) => view.getInt32(at, true)],
    [INT64]: [8, (at) => Number(view.getBigInt64(at, true))],
    [FLOAT16]: [2, (at) => float16(view.getUint16(at, true))],
  }[type];
  return Float32Array.from({ length: bytes.length / size }, (_, i) => read(i * size));
}

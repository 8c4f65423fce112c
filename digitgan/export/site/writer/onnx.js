// Reads an ONNX file, a protocol buffer, as far as a generator of digitgan needs it.

const FLOAT = 1;
const UINT8 = 2;
const INT32 = 6;
const INT64 = 7;
const HALF = 10;

/**
 * @param bytes Uint8Array of the file.
 * @returns {nodes: [{kind, inputs, output, told}], arrays: {name: {shape, data}}}
 */
export function readModel(bytes) {
  const graph = new Message(new Message(bytes).one(7));
  const arrays = {};
  for (const tensor of graph.messages(5)) {
    const shape = tensor.integers(1);
    arrays[tensor.text(8)] = { shape, data: numbers(tensor.one(9), tensor.one(2)) };
  }
  const nodes = graph.messages(1).map((node) => ({
    kind: node.text(4),
    inputs: node.all(1).map(decode),
    output: node.text(2),
    told: Object.fromEntries(node.messages(5).map((told) => [told.text(1), told.one(3) ?? told.integers(8)])),
  }));
  return { nodes, arrays };
}

const decode = (bytes) => new TextDecoder().decode(bytes);

/** The fields of a message, by number: bytes or whole numbers. */
class Message {
  #fields = [];

  constructor(bytes) {
    const place = { at: 0 };
    while (place.at < bytes.length) {
      const key = varint(bytes, place);
      const kind = key & 7;
      if (kind === 0) this.#fields.push([key >> 3, varint(bytes, place)]);
      else {
        const length = { 1: 8, 5: 4 }[kind] ?? varint(bytes, place);
        this.#fields.push([key >> 3, bytes.subarray(place.at, place.at + length)]);
        place.at += length;
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
      const [found, place] = [[], { at: 0 }];
      while (place.at < value.length) found.push(varint(value, place));
      return found;
    });
  }
}

function varint(bytes, place) {
  let [value, weight] = [0, 1];
  for (;;) {
    const byte = bytes[place.at++];
    value += (byte & 127) * weight;
    if (byte < 128) return value < 2 ** 63 ? value : value - 2 ** 64;
    weight *= 128;
  }
}

/** Returns stored numbers as an array of single precision. */
function numbers(bytes, type) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [size, read] = {
    [FLOAT]: [4, (at) => view.getFloat32(at, true)],
    [UINT8]: [1, (at) => view.getUint8(at)],
    [INT32]: [4, (at) => view.getInt32(at, true)],
    [INT64]: [8, (at) => Number(view.getBigInt64(at, true))],
    [HALF]: [2, (at) => half(view.getUint16(at, true))],
  }[type];
  return Float32Array.from({ length: bytes.length / size }, (_, i) => read(i * size));
}

/** Returns the number that the 16 bits of a half stand for. */
function half(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : fraction * 2 ** -24;
  return bits >> 15 ? -size : size;
}

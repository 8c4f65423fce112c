// Multiplies matrices, where nearly all of a network's time goes. A small function for
// WebAssembly, assembled here, computes eight numbers at once; where a page may not run
// it, JavaScript does the same.

const WASM_PAGE = 65_536; // bytes
const ROWS = 4; // of a product at once
const COLUMNS = 8; // likewise

/** How long a row of a matrix is in memory. */
export const paddedLength = (n) => Math.ceil(n / COLUMNS) * COLUMNS;

/** Multiplies matrices of single precision, in a memory of its own. */
export class MatrixMultiplier {
  #memory = new WebAssembly.Memory({ initial: 64 });
  /** @type {Function} */
  #run;
  #used = 0; // bytes

  /** @param {boolean} wasm false for JavaScript alone. */
  constructor(wasm = true) {
    const inJavaScript = (left, right, out, high, wide, k) =>
      multiplyInJavaScript(this.#view(), left, right, out, high, wide, k);
    this.#run = (wasm && assemble(this.#memory)) || inJavaScript;
  }

  /** Store (m, k) for the left side of products; return its address. */
  storeLeft = (values, m, k) => this.#store(packRows(values, m, k));

  /** Store (k, n) for the right side, its rows padded; return its address. */
  storeRight = (values) => this.#store(values);

  /** Multiply what lies at two addresses; rows of the product are padded. */
  multiply(left, right, m, k, n) {
    const wide = paddedLength(n);
    const high = Math.ceil(m / ROWS);
    const at = this.#allocate(high * ROWS * wide);
    this.#run(left, right, at, high, 4 * wide, k);
    return this.#view().slice(at / 4, at / 4 + m * wide);
  }

  /** Do something, then free what it stored. */
  scoped(work) {
    const before = this.#used;
    const result = work();
    this.#used = before;
    return result;
  }

  #view = () => new Float32Array(this.#memory.buffer); // anew, as it may have grown

  #store(values) {
    const at = this.#allocate(values.length);
    this.#view().set(values, at / 4);
    return at;
  }

  #allocate(count) {
    const at = this.#used;
    this.#used += 4 * Math.ceil(count / ROWS) * ROWS;
    const lacking = this.#used - this.#memory.buffer.byteLength;
    if (lacking > 0) this.#memory.grow(Math.ceil(lacking / WASM_PAGE));
    return at;
  }
}

/** Lay four rows side by side: the numbers that are used together lie together. */
function packRows(values, m, k) {
  const packed = new Float32Array(Math.ceil(m / ROWS) * ROWS * k);
  for (let row = 0; row < m; row++) {
    const begin = (row - (row % ROWS)) * k + (row % ROWS);
    for (let i = 0; i < k; i++) packed[begin + ROWS * i] = values[row * k + i];
  }
  return packed;
}

/** What the assembled function does; addresses and `wide` in bytes. */
function multiplyInJavaScript(memory, left, right, out, high, wide, k) {
  const length = wide / 4;
  for (let group = 0; group < high; group++) {
    const rows = left / 4 + group * ROWS * k;
    for (let column = 0; column < length; column++) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let i = 0; i < k; i++) {
        const x = memory[right / 4 + i * length + column];
        s0 += x * memory[rows + ROWS * i];
        s1 += x * memory[rows + ROWS * i + 1];
        s2 += x * memory[rows + ROWS * i + 2];
        s3 += x * memory[rows + ROWS * i + 3];
      }
      const place = out / 4 + group * ROWS * length + column;
      memory[place] = s0;
      memory[place + length] = s1;
      memory[place + 2 * length] = s2;
      memory[place + 3 * length] = s3;
    }
  }
}

/**
 * Return the function for WebAssembly, or null where a page may not run it.
 * @returns {any}
 */
function assemble(memory) {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(wasmModule()));
    return new WebAssembly.Instance(module, { env: { memory } }).exports.run;
  } catch {
    return null;
  }
}

/** The module: one function of six whole numbers, and a memory from outside. */
function wasmModule() {
  const string = (name) => [name.length, ...new TextEncoder().encode(name)];
  const section = (id, ...bytes) => [id, ...leb128(bytes.length), ...bytes];
  const [I32, V128] = [0x7f, 0x7b];
  const code = [2, 4, I32, 11, V128, ...functionBody()]; // four numbers and eleven vectors of its own
  return [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 6, ...Array(6).fill(I32), 0), // its type
    ...section(2, 1, ...string("env"), ...string("memory"), 2, 0, 1), // the memory
    ...section(3, 1, 0),
    ...section(7, 1, ...string("run"), 0, 0), // its name
    ...section(10, 1, ...leb128(code.length), ...code),
  ];
}

function leb128(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)];
}

/** The function: for four rows and eight columns at a time, over all k. */
function functionBody() {
  const [left, right, out, high, wide, k, column, x, y, i] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const sums = [10, 11, 12, 13, 14, 15, 16, 17]; // vectors of four numbers, two to a row
  const [near, far, own] = [18, 19, 20];
  const get = (local) => [0x20, local];
  const set = (local, ...value) => [...value.flat(), 0x21, local];
  const number = (value) => [0x41, value]; // below 64
  const add = (...two) => [...two.flat(), 0x6a];
  const times = (...two) => [...two.flat(), 0x6c];
  const load = (at, offset) => [...get(at), 0xfd, 0x00, 2, offset];
  const spread = (at, offset) => [...get(at), 0xfd, 0x09, 2, offset]; // one number, four times
  const store = (at, offset, value) => [...get(at), ...get(value), 0xfd, 0x0b, 2, offset];
  const fused = (sum, a, b) => set(sum, get(sum), get(a), get(b), [0xfd, 0xe6, 1], [0xfd, 0xe4, 1]);
  const repeat = (...steps) => [0x03, 0x40, ...steps.flat(), 0x0d, 0, 0x0b]; // while the last is not 0
  const less = (local) => [...get(local), ...number(1), 0x6b, 0x22, local]; // one less, and look
  const rows = [0, 1, 2, 3];
  return [
    ...repeat(
      set(column, number(0)),
      repeat(
        ...sums.map((sum) => set(sum, [0xfd, 0x0c, ...Array(16).fill(0)])),
        set(x, add(get(right), get(column))),
        set(y, get(left)),
        set(i, get(k)),
        repeat(
          set(near, load(x, 0)),
          set(far, load(x, 16)),
          ...rows.map((row) => [
            ...set(own, spread(y, 4 * row)),
            ...fused(sums[2 * row], near, own),
            ...fused(sums[2 * row + 1], far, own),
          ]),
          set(x, add(get(x), get(wide))),
          set(y, add(get(y), number(16))),
          less(i),
        ),
        set(x, add(get(out), get(column))),
        ...rows.map((row) => [
          ...store(x, 0, sums[2 * row]),
          ...store(x, 16, sums[2 * row + 1]),
          ...set(x, add(get(x), get(wide))),
        ]),
        set(column, add(get(column), number(32))),
        [...get(column), ...get(wide), 0x49], // less than
      ),
      set(left, add(get(left), times(get(k), number(16)))),
      set(out, add(get(out), times(get(wide), number(4)))),
      less(high),
    ),
    0x0b,
  ];
}

// Random numbers that are NumPy's: Philox 4x64 with ten rounds (Salmon et al. 2011,
// doi 10.1145/2063384.2063405), 64-bit words as halves of 32 bits, which are faster than
// BigInt by far.

const WORD = 2 ** 32;
const [M0H, M0L, M1H, M1L] = [0xd2e7470e, 0xe14c6c93, 0xca5a8263, 0x95121157]; // to multiply
const [W0H, W0L, W1H, W1L] = [0x9e3779b9, 0x7f4a7c15, 0xbb67ae85, 0x84caa73b]; // to add
const ROUNDS = 10;

export class Philox {
  #key;
  #start; // third and last word of the counter
  #blocks = 0;
  #words = new Uint32Array(8); // four of 64 bits: low half, high half
  #place = 8;
  #spare = -1; // the high half of a word whose low half was taken

  /**
   * @param {number | string} seed from 0 to 2 ** 64 - 1: first word of the key; large ones
   * as digits.
   * @param {number} number second word of the key.
   * @param {number} place third word of the counter, below 2 ** 32.
   * @param {number} purpose its last word, likewise.
   */
  constructor(seed, number, place, purpose) {
    const whole = BigInt(seed);
    this.#key = [Number(whole >> 32n), Number(whole & 0xffffffffn), Math.floor(number / WORD), number >>> 0];
    this.#start = [place, purpose];
  }

  /** Returns the next 64 bits as [high, low], two numbers of 32 bits. */
  next64() {
    if (this.#place === 8) this.#fill();
    const low = this.#words[this.#place++];
    return [this.#words[this.#place++], low];
  }

  /** Returns the next 32 bits: the low half of a word, then its high half. */
  next32() {
    const spare = this.#spare;
    if (spare >= 0) {
      this.#spare = -1;
      return spare;
    }
    const [high, low] = this.next64();
    this.#spare = high;
    return low;
  }

  #fill() {
    this.#place = 0;
    this.#blocks += 1;
    let [k0h, k0l, k1h, k1l] = this.#key;
    let [ah, al] = [Math.floor(this.#blocks / WORD), this.#blocks >>> 0];
    let [bh, bl, ch, dh] = [0, 0, 0, 0];
    let [cl, dl] = this.#start;
    for (let round = 0; round < ROUNDS; round++) {
      multiply(M0H, M0L, ah, al);
      const eh = product[0], el = product[1], fh = product[2], fl = product[3];
      multiply(M1H, M1L, ch, cl);
      ah = (product[0] ^ bh ^ k0h) >>> 0;
      al = (product[1] ^ bl ^ k0l) >>> 0;
      bh = product[2];
      bl = product[3];
      ch = (eh ^ dh ^ k1h) >>> 0;
      cl = (el ^ dl ^ k1l) >>> 0;
      dh = fh;
      dl = fl;
      k0h = (k0h + W0H + Number(k0l + W0L >= WORD)) >>> 0;
      k0l = (k0l + W0L) >>> 0;
      k1h = (k1h + W1H + Number(k1l + W1L >= WORD)) >>> 0;
      k1l = (k1l + W1L) >>> 0;
    }
    this.#words.set([al, ah, bl, bh, cl, ch, dl, dh]);
  }
}

const product = new Float64Array(4); // 128 bits in 32 each, highest first

/** Multiply two words of 64 bits; every number stays below 2 ** 53, so all are exact. */
function multiply(mh, ml, ah, al) {
  const low = high32(al, ml) + low32(al, mh) + low32(ah, ml);
  const middle = high32(al, mh) + high32(ah, ml) + low32(ah, mh) + Math.floor(low / WORD);
  product[0] = high32(ah, mh) + Math.floor(middle / WORD);
  product[1] = middle >>> 0;
  product[2] = low >>> 0;
  product[3] = low32(al, ml);
}

const low32 = (a, b) => Math.imul(a, b) >>> 0;

function high32(a, b) {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + Math.floor(low / 65536)) / 65536);
}

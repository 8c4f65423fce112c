// Films as GIF files (CompuServe 1990, GIF89a), grey level by grey level.

const DELAY = 6; // hundredths of a second for each picture
const [CLEAR, END] = [256, 257]; // codes that stand for no pixels
const MAX_CODES = 4096;

/**
 * @param pictures [{width, height, grey}], all as large; shown for ever.
 * @returns {Blob}
 */
export function toGif(pictures) {
  const [{ width, height }] = pictures;
  const short = (value) => [value & 255, value >> 8];
  const size = [...short(width), ...short(height)];
  const greys = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]).flat();
  const head = [...text("GIF89a"), ...size, 0xf7, 0, 0, ...greys]; // 0xf7: 256 colours of 8 bits
  const forEver = [0x21, 0xff, 11, ...text("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  const before = [0x21, 0xf9, 4, 0, ...short(DELAY), 0, 0, 0x2c, 0, 0, 0, 0, ...size, 0, 8];
  const packed = new Map(); // a picture may come twice
  for (const { grey } of pictures) if (!packed.has(grey)) packed.set(grey, inBlocks(lzw(grey)));
  const parts = pictures.flatMap(({ grey }) => [Uint8Array.from(before), packed.get(grey)]);
  return new Blob([Uint8Array.from([...head, ...forEver]), ...parts, Uint8Array.of(0x3b)], { type: "image/gif" });
}

const text = (words) => [...new TextEncoder().encode(words)];

/** Compress bytes as Welch does (1984, doi 10.1109/MC.1984.1659158), codes of 9 to 12 bits. */
function lzw(bytes) {
  const packed = [];
  const codes = new Int16Array(MAX_CODES * 256); // of what a code and one more byte stand for
  let [buffer, count, width, next] = [0, 0, 9, END + 1];
  const put = (code) => {
    buffer |= code << count;
    for (count += width; count >= 8; count -= 8) {
      packed.push(buffer & 255);
      buffer >>>= 8;
    }
  };
  put(CLEAR);
  let code = bytes[0];
  for (let i = 1; i < bytes.length; i++) {
    const place = code * 256 + bytes[i];
    if (codes[place]) {
      code = codes[place];
      continue;
    }
    put(code);
    code = bytes[i];
    if (next === MAX_CODES) {
      put(CLEAR);
      codes.fill(0);
      [width, next] = [9, END + 1];
    } else {
      if (next === 1 << width) width++;
      codes[place] = next++;
    }
  }
  put(code);
  put(END);
  if (count) packed.push(buffer & 255);
  return packed;
}

/** Cut bytes into blocks of up to 255, each after its length; an empty one ends them. */
function inBlocks(bytes) {
  const blocks = [];
  for (let i = 0; i < bytes.length; i += 255) {
    const block = bytes.slice(i, i + 255);
    blocks.push(block.length, ...block);
  }
  return Uint8Array.from([...blocks, 0]);
}

// Digits with an arrow on each pixel that matters: up where the discriminator wants more
// ink, down where it wants less, the longer the more.

const CELL = 11; // pixels of the canvas for each of the digit
const LEAST = 0.12; // of the longest arrow: shorter ones are left out

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{side: number, images: Float32Array, arrows: Float32Array}} answer digits from -1,
 * background, to 1, ink, and what their pixels should gain.
 */
export function paintArrows(canvas, { side, images, arrows }) {
  const count = images.length / side ** 2;
  canvas.width = count * side * CELL;
  canvas.height = side * CELL;
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const [more, less, ink] = ["--real", "--fake", "--ink"].map((name) => style.getPropertyValue(name));
  for (let digit = 0; digit < count; digit++) {
    const own = arrows.subarray(digit * side ** 2, (digit + 1) * side ** 2);
    const longest = own.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-12);
    own.forEach((arrow, i) => {
      const [x, y] = [(digit * side + (i % side)) * CELL, Math.floor(i / side) * CELL];
      context.globalAlpha = 0.35 * Math.max(0, (images[digit * side ** 2 + i] + 1) / 2);
      context.fillStyle = ink;
      context.fillRect(x, y, CELL, CELL);
      const length = arrow / longest;
      if (Math.abs(length) < LEAST) return;
      context.globalAlpha = 1;
      context.fillStyle = length > 0 ? more : less;
      const [middle, centre, reach] = [x + CELL / 2, y + CELL / 2, (length * CELL) / 2];
      const half = 1 + 2.2 * Math.abs(length);
      context.beginPath();
      context.moveTo(middle, centre - reach);
      context.lineTo(middle - half, centre + reach);
      context.lineTo(middle + half, centre + reach);
      context.fill();
    });
  }
}

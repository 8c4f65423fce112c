// A pad to draw on, with mouse, pen or finger.

const PEN = 0.085; // of the pad's side
const GREYS = 56; // pixels of the drawing that is sent

export class Pad {
  #strokes = [];
  #drawing = false;

  /** @param canvas where to draw; @param changed called whenever the drawing has. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#strokes.push([]);
      this.#add(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#drawing) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) this.#add(one, false);
      this.#done();
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, () => (this.#drawing = false));
    new ResizeObserver(() => this.show()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  get empty() {
    return !this.#strokes.length;
  }

  undo() {
    this.#strokes.pop();
    this.#done();
  }

  clear() {
    this.#strokes = [];
    this.#done();
  }

  /** The drawing as rows of grey values, 0 paper to 255 ink. */
  greys() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = GREYS;
    const context = canvas.getContext("2d");
    this.#paint(context, GREYS, "black");
    const { data } = context.getImageData(0, 0, GREYS, GREYS);
    const row = (y) => Array.from({ length: GREYS }, (_, x) => data[4 * (y * GREYS + x) + 3]);
    return Array.from({ length: GREYS }, (_, y) => row(y));
  }

  show() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    this.canvas.width = this.canvas.height = side;
    this.#paint(this.canvas.getContext("2d"), side, getComputedStyle(this.canvas).color);
  }

  #add(event, done = true) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    this.#strokes.at(-1).push([(event.clientX - left) / width, (event.clientY - top) / width]);
    if (done) this.#done();
  }

  #done() {
    this.show();
    this.changed();
  }

  #paint(context, side, colour) {
    context.lineWidth = PEN * side;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = colour;
    for (const [first, ...rest] of this.#strokes) {
      context.beginPath();
      context.moveTo(first[0] * side, first[1] * side);
      for (const [x, y] of rest.length ? rest : [first]) context.lineTo(x * side, y * side);
      context.stroke();
    }
  }
}

/** Show a digit, rows of grey values, in the colour of the canvas. */
export function showDigit(canvas, rows) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = getComputedStyle(canvas).color;
  rows.forEach((row, y) =>
    row.forEach((grey, x) => {
      context.globalAlpha = grey / 255;
      if (grey) context.fillRect(x, y, 1, 1);
    }),
  );
  context.globalAlpha = 1;
}

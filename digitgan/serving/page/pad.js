// A pad to draw on, with mouse, pen, finger or arrow keys.

const PEN = 0.085; // of the pad's side
const STEP = 0.04; // likewise, of an arrow key
const WAYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const GREYS = 56; // pixels of the drawing that is sent

export class Pad {
  #strokes = [];
  #drawing = false;
  #at = [0.5, 0.2]; // of the pen under arrow keys
  #down = false; // it draws

  /** @param canvas where to draw; @param changed called whenever the drawing has. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#down = false;
      this.#strokes.push([]);
      this.#add(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#drawing || !event.isPrimary) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) this.#add(one, false);
      this.#done();
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => (this.#drawing &&= !event.isPrimary));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.show());
    new ResizeObserver(() => this.show()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  get empty() {
    return !this.#strokes.length;
  }

  undo() {
    this.#down = false;
    this.#strokes.pop();
    this.#done();
  }

  clear() {
    this.#down = false;
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
    const context = this.canvas.getContext("2d");
    this.#paint(context, side, getComputedStyle(this.canvas).color);
    if (!this.canvas.matches(":focus-visible")) return;
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    context.arc(...this.#at.map((share) => share * side), PEN * side, 0, 2 * Math.PI);
    context.stroke(); // a ring where the pen is
  }

  #key(event) {
    const way = WAYS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || event.key === " ")) return;
    event.preventDefault();
    if (way) this.#at = this.#at.map((share, i) => Math.min(1, Math.max(0, share + way[i])));
    else if (event.repeat) return;
    else if ((this.#down = !this.#down)) this.#strokes.push([]);
    if (!this.#down) return this.show();
    this.#strokes.at(-1).push(this.#at);
    this.#done();
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

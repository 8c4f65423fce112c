// A pad to draw on, with mouse, pen, finger or arrow keys.

import { ARROWS, isShortcut } from "./dom.js";

const PEN = 0.085; // of the pad's side
const STEP = 0.04; // likewise, of an arrow key
const SENT_SIDE = 56; // pixels of the drawing that is sent

export class DrawingPad {
  #strokes = [];
  #drawing = false;
  #cursor = [0.5, 0.2]; // of the pen under arrow keys
  #penDown = false; // it draws

  /**
   * @param canvas where to draw.
   * @param onChange called whenever the drawing has changed.
   */
  constructor(canvas, onChange) {
    this.canvas = canvas;
    this.onChange = onChange;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#penDown = false;
      this.#strokes.push([]);
      this.#add(event);
      this.#changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#drawing || !event.isPrimary) return;
      const points = event.getCoalescedEvents?.() ?? [];
      for (const point of points.length ? points : [event]) this.#add(point);
      this.#changed();
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => (this.#drawing &&= !event.isPrimary));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.show());
    new ResizeObserver(() => this.show()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  get empty() {
    return !this.#strokes.length;
  }

  undo() {
    this.#penDown = false;
    this.#strokes.pop();
    this.#changed();
  }

  clear() {
    this.#penDown = false;
    this.#strokes = [];
    this.#changed();
  }

  /** The drawing as rows of grey levels, 0 background to 255 ink. */
  greyLevels() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SENT_SIDE;
    const context = canvas.getContext("2d");
    this.#paint(context, SENT_SIDE, "black");
    const { data } = context.getImageData(0, 0, SENT_SIDE, SENT_SIDE);
    const row = (y) => Array.from({ length: SENT_SIDE }, (_, x) => data[4 * (y * SENT_SIDE + x) + 3]);
    return Array.from({ length: SENT_SIDE }, (_, y) => row(y));
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
    context.arc(...this.#cursor.map((share) => share * side), PEN * side, 0, 2 * Math.PI);
    context.stroke(); // a ring where the pen is
  }

  #onKey(event) {
    const arrow = ARROWS[event.key];
    if (isShortcut(event) || !(arrow || event.key === " ")) return;
    event.preventDefault();
    if (arrow) this.#cursor = this.#cursor.map((share, i) => Math.min(1, Math.max(0, share + STEP * arrow[i])));
    else if (event.repeat) return;
    else if ((this.#penDown = !this.#penDown)) this.#strokes.push([]);
    if (!this.#penDown) return this.show();
    this.#strokes.at(-1).push(this.#cursor);
    this.#changed();
  }

  #add(event) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    this.#strokes.at(-1).push([(event.clientX - left) / width, (event.clientY - top) / width]);
  }

  #changed() {
    this.show();
    this.onChange();
  }

  #paint(context, side, colour) {
    context.lineWidth = PEN * side;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = colour;
    context.fillStyle = colour;
    for (const [[x, y], ...rest] of this.#strokes) {
      context.beginPath(); // a dot first: not every browser strokes a line without length
      context.arc(x * side, y * side, (PEN * side) / 2, 0, 2 * Math.PI);
      context.fill();
      context.beginPath();
      context.moveTo(x * side, y * side);
      for (const [x, y] of rest) context.lineTo(x * side, y * side);
      context.stroke();
    }
  }
}

/** Show a digit, rows of grey levels, in the colour of the canvas. */
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

// The plane: a picture of digits that repeats without an edge, under a finger, a mouse or
// arrow keys. What lies in its middle is chosen.

import { ARROWS, isShortcut } from "./dom.js";

const GLIDE = 0.22; // of the way left, each frame
const MIN_DRAG = 6; // pixels: less is a click

/** The remainder that is never negative: places on a circle. */
const wrap = (value, around) => ((Math.round(value) % around) + around) % around;

export class PlaneView {
  #at = [0, 0]; // what lies in the middle, in steps; not wrapped, so that ways stay short
  #target = [0, 0];
  #drag = null;
  #frame = 0;

  /**
   * @param box the element; holds a canvas.
   * @param onMove called with (x, y) in whole steps whenever another digit is in the middle.
   */
  constructor(box, onMove) {
    this.box = box;
    this.canvas = box.querySelector("canvas");
    this.onMove = onMove;
    this.picture = null;
    this.stepsAround = 12;
    new ResizeObserver(() => this.#draw()).observe(box);
    box.addEventListener("pointerdown", (event) => this.#onDown(event));
    box.addEventListener("pointermove", (event) => this.#onMove(event));
    for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, (event) => this.#onUp(event));
    box.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Show another picture of the whole plane. */
  show(picture, digitSize = 28) {
    this.picture?.close();
    this.picture = picture;
    this.stepsAround = picture.width / digitSize;
    this.#draw();
  }

  /** Go somewhere without calling back. */
  moveTo(x, y) {
    this.#at = [x, y];
    this.#target = [x, y];
    this.#draw();
  }

  /** Draw the digit in the middle into a canvas. */
  drawChosen(canvas) {
    if (!this.picture) return;
    const side = this.picture.width / this.stepsAround;
    const [x, y] = this.#target.map((step) => wrap(step, this.stepsAround) * side);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  }

  get #cell() {
    return parseFloat(getComputedStyle(this.box).getPropertyValue("--cell"));
  }

  #onDown(event) {
    if (event.button || !event.isPrimary) return;
    this.box.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, y: event.clientY, from: [...this.#at], moved: false };
  }

  #onMove(event) {
    if (!this.#drag || !event.isPrimary) return;
    const [right, down] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    this.#drag.moved ||= Math.hypot(right, down) > MIN_DRAG;
    if (!this.#drag.moved) return;
    this.#at = [this.#drag.from[0] - right / this.#cell, this.#drag.from[1] - down / this.#cell];
    this.#choose(...this.#at.map(Math.round));
    this.#draw();
  }

  #onUp(event) {
    if (!event.isPrimary) return;
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    if (!drag.moved && event.type === "pointerup") {
      const { left, top, width, height } = this.box.getBoundingClientRect();
      const right = Math.round((event.clientX - left - width / 2) / this.#cell);
      const down = Math.round((event.clientY - top - height / 2) / this.#cell);
      this.#choose(Math.round(this.#at[0]) + right, Math.round(this.#at[1]) + down);
    }
    this.#glide();
  }

  #onKey(event) {
    if (isShortcut(event)) return;
    const arrow = ARROWS[event.key];
    if (arrow) this.#choose(this.#target[0] + arrow[0], this.#target[1] + arrow[1]);
    else if (event.key === "Home") this.#choose(0, 0);
    else return;
    event.preventDefault();
    this.#glide();
  }

  #choose(x, y) {
    if (x === this.#target[0] && y === this.#target[1]) return;
    this.#target = [x, y];
    this.onMove(wrap(x, this.stepsAround), wrap(y, this.stepsAround));
  }

  #glide() {
    cancelAnimationFrame(this.#frame);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      if (this.#drag) return;
      const left = this.#target.map((target, i) => target - this.#at[i]);
      const near = still || Math.hypot(...left) < 0.005;
      this.#at = near ? [...this.#target] : this.#at.map((at, i) => at + GLIDE * left[i]);
      this.#draw();
      if (!near) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!this.picture || !width) return;
    const density = devicePixelRatio;
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      Object.assign(this.canvas, { width: across, height: down });
    }
    const context = this.canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    const side = this.#cell * density * this.stepsAround;
    const scale = this.#cell * density;
    const start = [across, down].map((size, i) => {
      const zero = size / 2 - (this.#at[i] + 0.5) * scale; // where step 0 begins
      return (((zero % side) + side) % side) - side;
    });
    for (let x = start[0]; x < across; x += side) {
      for (let y = start[1]; y < down; y += side) context.drawImage(this.picture, x, y, side, side);
    }
  }
}

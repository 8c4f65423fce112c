// The plane: a picture of digits that repeats without an edge, under a finger, a mouse or
// arrow keys. What lies in its middle is chosen.

const GLIDE = 0.22; // of the way left, each frame
const CLICK = 6; // pixels: less is no drag
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The remainder that is never negative: places on a circle. */
export const round = (value, turn) => ((Math.round(value) % turn) + turn) % turn;

export class Plane {
  #at = [0, 0]; // what lies in the middle, in steps; not wrapped, so that ways stay short
  #to = [0, 0];
  #drag = null;
  #frame = 0;

  /**
   * @param box the element; holds a canvas.
   * @param moved called with (x, y) in whole steps whenever another digit is in the middle.
   */
  constructor(box, moved) {
    this.box = box;
    this.canvas = box.querySelector("canvas");
    this.moved = moved;
    this.picture = null;
    this.turn = 12;
    new ResizeObserver(() => this.#draw()).observe(box);
    box.addEventListener("pointerdown", (event) => this.#take(event));
    box.addEventListener("pointermove", (event) => this.#pull(event));
    for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, (event) => this.#leave(event));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show another picture of the whole plane. */
  show(picture, digitSize = 28) {
    this.picture?.close();
    this.picture = picture;
    this.turn = picture.width / digitSize;
    this.#draw();
  }

  /** Go somewhere without saying so. */
  place(x, y) {
    this.#at = [x, y];
    this.#to = [x, y];
    this.#draw();
  }

  /** Draw the digit in the middle into a canvas. */
  drawChosen(canvas) {
    if (!this.picture) return;
    const side = this.picture.width / this.turn;
    const [x, y] = this.#to.map((step) => round(step, this.turn) * side);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  }

  get #cell() {
    return parseFloat(getComputedStyle(this.box).getPropertyValue("--cell"));
  }

  #take(event) {
    if (event.button || !event.isPrimary) return;
    this.box.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, y: event.clientY, from: [...this.#at], far: false };
  }

  #pull(event) {
    if (!this.#drag || !event.isPrimary) return;
    const [right, down] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    this.#drag.far ||= Math.hypot(right, down) > CLICK;
    if (!this.#drag.far) return;
    this.#at = [this.#drag.from[0] - right / this.#cell, this.#drag.from[1] - down / this.#cell];
    this.#choose(...this.#at.map(Math.round));
    this.#draw();
  }

  #leave(event) {
    if (!event.isPrimary) return;
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    if (!drag.far && event.type === "pointerup") {
      const { left, top, width, height } = this.box.getBoundingClientRect();
      const right = Math.round((event.clientX - left - width / 2) / this.#cell);
      const down = Math.round((event.clientY - top - height / 2) / this.#cell);
      this.#choose(Math.round(this.#at[0]) + right, Math.round(this.#at[1]) + down);
    }
    this.#glide();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ARROWS[event.key];
    if (way) this.#choose(this.#to[0] + way[0], this.#to[1] + way[1]);
    else if (event.key === "Home") this.#choose(0, 0);
    else return;
    event.preventDefault();
    this.#glide();
  }

  #choose(x, y) {
    if (x === this.#to[0] && y === this.#to[1]) return;
    this.#to = [x, y];
    this.moved(round(x, this.turn), round(y, this.turn));
  }

  #glide() {
    cancelAnimationFrame(this.#frame);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      if (this.#drag) return;
      const left = this.#to.map((to, i) => to - this.#at[i]);
      const near = still || Math.hypot(...left) < 0.005;
      this.#at = near ? [...this.#to] : this.#at.map((at, i) => at + GLIDE * left[i]);
      this.#draw();
      if (!near) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!this.picture || !width) return;
    const dense = devicePixelRatio;
    const [across, down] = [Math.round(width * dense), Math.round(height * dense)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      Object.assign(this.canvas, { width: across, height: down });
    }
    const pen = this.canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    const side = this.#cell * dense * this.turn;
    const scale = this.#cell * dense;
    const start = [across, down].map((size, i) => {
      const zero = size / 2 - (this.#at[i] + 0.5) * scale; // where step 0 begins
      return (((zero % side) + side) % side) - side;
    });
    for (let x = start[0]; x < across; x += side) {
      for (let y = start[1]; y < down; y += side) pen.drawImage(this.picture, x, y, side, side);
    }
  }
}

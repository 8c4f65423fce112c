// The film of a training: its redraws are kept, at first each one, then every second,
// fourth ..., so that the first minutes are all there.

const MOST = 240; // redraws that are kept, of 78 KB each

export class Film {
  #every = 1;
  #redraws = 0;
  frames = []; // {digits, images}

  reset() {
    [this.#every, this.#redraws, this.frames] = [1, 0, []];
  }

  add(digits, images) {
    while (this.frames.length && this.frames.at(-1).digits > digits) this.frames.pop(); // undone
    if (this.frames.at(-1)?.digits === digits || this.#redraws++ % this.#every) return;
    this.frames.push({ digits, images });
    if (this.frames.length <= MOST) return;
    this.#every *= 2;
    this.frames = this.frames.filter((_, i) => i % 2 === 0);
  }
}

// Every digit in many hands: a grid of buttons, a column for each hand.

import { ARROWS, isShortcut, wait } from "./dom.js";
import { seedAfter } from "./seeds.js";
import * as source from "./source.js";

const NARROW = matchMedia("(max-width: 46rem)");
const CELL_SIDE = 56; // pixels of a digit drawn

export class HandGrid {
  #drawn = ""; // the newest request, as text: so that nothing is drawn twice
  #cells = []; // rows of buttons

  /**
   * @param box the grid.
   * @param names of the digits, a row for each.
   * @param onChoose called with (seed, digit).
   */
  constructor(box, names, onChoose) {
    this.box = box;
    this.names = names;
    this.columns = NARROW.matches ? 8 : 14;
    box.style.setProperty("--columns", this.columns);
    box.addEventListener("keydown", (event) => this.#onKey(event));
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) onChoose(button.dataset.seed, Number(button.dataset.digit));
    });
  }

  async show({ first, seed, digit, thickness, slant, variety }) {
    if (!this.names.length) return;
    if (!this.#cells.length) this.#build();
    for (const [row, cells] of this.#cells.entries()) {
      for (const [column, button] of cells.entries()) {
        button.dataset.seed = seedAfter(first, column);
        button.dataset.digit = row;
        button.setAttribute("aria-label", `${this.names[row]} of hand ${button.dataset.seed}`);
        const chosen = row === digit && button.dataset.seed === seed;
        button.setAttribute("aria-current", String(chosen));
        if (chosen) this.#makeStop(button); // Tab enters the grid there
      }
    }
    const request = JSON.stringify([first, thickness, slant, variety]);
    if (request === this.#drawn) return;
    this.#drawn = request;
    for (let column = 0; column < this.columns && request === this.#drawn; ) {
      try {
        const picture = await source.hand({ seed: seedAfter(first, column), thickness, slant, variety }, this.names.length);
        if (request === this.#drawn) this.#draw(column++, picture);
      } catch (refusal) {
        if (!refusal.wait) return;
        await wait(refusal.wait);
      }
    }
  }

  #build() {
    this.#cells = this.names.map(() => Array.from({ length: this.columns }, newCell));
    this.#cells[0][0].tabIndex = 0;
    this.box.replaceChildren(
      ...this.#cells.map((cells) => {
        const row = document.createElement("div");
        row.setAttribute("role", "row");
        row.append(...cells.map((button) => button.parentElement));
        return row;
      }),
    );
  }

  #draw(column, picture) {
    const side = picture.width / this.names.length;
    for (const [row, cells] of this.#cells.entries()) {
      const context = cells[column].firstChild.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, row * side, 0, side, picture.height, 0, 0, CELL_SIDE, CELL_SIDE);
    }
    picture.close();
  }

  #onKey(event) {
    const step = ARROWS[event.key];
    if (!step || isShortcut(event)) return;
    event.preventDefault();
    const row = this.#cells.findIndex((cells) => cells.includes(event.target));
    const column = this.#cells[row]?.indexOf(event.target);
    const next = this.#cells[row + step[1]]?.[column + step[0]];
    if (!next) return;
    this.#makeStop(next);
    next.focus();
  }

  #makeStop(button) {
    this.box.querySelector('[tabindex="0"]').tabIndex = -1;
    button.tabIndex = 0;
  }
}

/** @returns {any} the button in a new cell. */
function newCell() {
  const cell = document.createElement("div");
  cell.setAttribute("role", "gridcell");
  cell.innerHTML = `<button type="button" tabindex="-1"><canvas class="ink" width="${CELL_SIDE}" height="${CELL_SIDE}"></canvas></button>`;
  return cell.firstChild;
}

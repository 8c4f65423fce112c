// Every digit in many hands: a grid of buttons, a column for each hand.

import * as source from "./source.js";

const NARROW = matchMedia("(max-width: 46rem)");
const SIDE = 56; // pixels of a digit drawn
const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class Hands {
  #drawn = ""; // what is asked for, as words: so that nothing is drawn twice
  #cells = []; // rows of buttons

  /**
   * @param box the grid. @param names of the digits, a row for each.
   * @param chosen called with (seed, digit).
   */
  constructor(box, names, chosen) {
    Object.assign(this, { box, names });
    this.columns = NARROW.matches ? 8 : 14;
    box.style.setProperty("--columns", this.columns);
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) chosen(Number(button.dataset.seed), Number(button.dataset.digit));
    });
  }

  async show({ first, seed, digit, ...style }) {
    if (!this.names.length) return;
    if (!this.#cells.length) this.#build();
    for (const [row, cells] of this.#cells.entries()) {
      for (const [column, button] of cells.entries()) {
        button.dataset.seed = first + column;
        button.dataset.digit = row;
        button.setAttribute("aria-label", `${this.names[row]} of hand ${first + column}`);
        button.setAttribute("aria-current", String(row === digit && first + column === seed));
      }
    }
    const { thickness, slant, variety } = style;
    const wish = JSON.stringify([first, thickness, slant, variety]);
    if (wish === this.#drawn) return;
    this.#drawn = wish;
    for (let column = 0; column < this.columns && wish === this.#drawn; ) {
      try {
        const picture = await source.hand({ seed: first + column, thickness, slant, variety }, this.names.length);
        if (wish === this.#drawn) this.#draw(column++, picture);
      } catch ({ wait }) {
        if (!wait) return;
        await new Promise((go) => setTimeout(go, wait));
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
      const pen = cells[column].firstChild.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(picture, row * side, 0, side, picture.height, 0, 0, SIDE, SIDE);
    }
    picture.close();
  }

  #key(event) {
    const way = WAYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const row = this.#cells.findIndex((cells) => cells.includes(event.target));
    const column = this.#cells[row]?.indexOf(event.target);
    const next = this.#cells[row + way[0]]?.[column + way[1]];
    if (!next) return;
    this.box.querySelector('[tabindex="0"]').tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function newCell() {
  const cell = document.createElement("div");
  cell.setAttribute("role", "gridcell");
  cell.innerHTML = `<button type="button" tabindex="-1"><canvas class="ink" width="${SIDE}" height="${SIDE}"></canvas></button>`;
  return cell.firstChild;
}

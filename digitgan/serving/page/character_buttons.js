// The characters of the picture as buttons that lie upon them: a click, Enter or R writes
// one anew, Backspace takes that back, arrow keys lead to the next.

import { ARROWS, isShortcut } from "./dom.js";

const REROLL_KEYS = ["Enter", " ", "r", "R"];
const MARGIN = 16; // pixels around the picture, as in page.css

export class CharacterButtons {
  #size = [1, 1]; // of the picture
  #places = []; // of each button's character in the text: one without ink has no button

  /**
   * @param box lies over the sheet.
   * @param onReroll called with (place, step): a character, and 1 for anew or -1 for back.
   */
  constructor(box, onReroll) {
    this.box = box;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      this.#focus(button);
      onReroll(this.#place(button), 1);
    });
    box.addEventListener("keydown", (event) => {
      if (isShortcut(event)) return;
      const buttons = [...box.children];
      const [right, down] = ARROWS[event.key] ?? [0, 0];
      if (right + down) this.#focus(buttons[buttons.indexOf(event.target) + right + down]);
      else if (REROLL_KEYS.includes(event.key)) onReroll(this.#place(event.target), 1);
      else if (event.key === "Backspace") onReroll(this.#place(event.target), -1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    new ResizeObserver(() => this.#fit()).observe(box.parentElement);
  }

  /** Lie upon the characters of a picture; the focus stays where it is. */
  show({ width, height, labels, places, boxes }) {
    this.#size = [width, height];
    this.#places = places;
    while (this.box.children.length > boxes.length) this.box.lastChild.remove();
    while (this.box.children.length < boxes.length) this.box.append(newButton());
    boxes.forEach(([left, top, right, bottom], i) => {
      const button = this.box.children[i];
      const name = `${labels[i]}, character ${i + 1} of ${boxes.length}: write it anew`;
      if (button.ariaLabel !== name) button.ariaLabel = name;
      const share = (value, whole) => `${(100 * value) / whole}%`;
      button.style.left = share(left, width);
      button.style.top = share(top, height);
      button.style.width = share(right - left, width);
      button.style.height = share(bottom - top, height);
    });
    if (!this.box.querySelector('[tabindex="0"]') && boxes.length) this.box.firstChild.tabIndex = 0;
    this.#fit();
  }

  #place(button) {
    return this.#places[[...this.box.children].indexOf(button)];
  }

  #focus(button) {
    if (!button) return;
    for (const other of this.box.children) other.tabIndex = other === button ? 0 : -1;
    button.focus();
  }

  /** Lie where the picture lies, which is centred and fills the sheet. */
  #fit() {
    const { clientWidth, clientHeight } = this.box.parentElement;
    const room = [clientWidth - 2 * MARGIN, clientHeight - 2 * MARGIN];
    if (Math.min(...room) <= 0) return; // before the style is there
    const scale = Math.min(room[0] / this.#size[0], room[1] / this.#size[1]);
    const [width, height] = this.#size.map((side) => side * scale);
    Object.assign(this.box.style, { width: `${width}px`, height: `${height}px` });
  }
}

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.title = "Write this one anew";
  return button;
}

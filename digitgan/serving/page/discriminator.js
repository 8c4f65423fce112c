// What the discriminator finds of real digits, of fakes, and of a digit that is drawn here.

import { callApi } from "./api.js";
import { dotPlot } from "./charts.js";
import { mnist_preprocessing } from "./constants.js";
import { $, mean, percent, setText } from "./dom.js";
import { DrawingPad, showDigit } from "./drawing_pad.js";

const MIN_SEPARATION = 0.05; // between what it gives real digits and fakes: below, it knows nothing

export class DiscriminatorPanel {
  #key = ""; // what `#samples` answers
  #samples = null;
  #drawing = null;
  #run = null;
  #busy = false;
  #changed = false;

  /**
   * @param pathOf from the rest of a path to the whole.
   */
  constructor(pathOf) {
    this.pathOf = pathOf;
    this.pad = new DrawingPad($("pad"), () => this.#rateDrawing());
    $("undo").addEventListener("click", () => this.pad.undo());
    $("clear").addEventListener("click", () => this.pad.clear());
  }

  reset() {
    this.#key = "";
    this.#samples = this.#drawing = null;
  }

  /** Rate real digits and fakes anew if the discriminator or the sheet has changed. */
  async update(run, sheet) {
    this.#run = run;
    const key = [run.name, sheet, run.sheet_at, run.discriminator_at].join(" ");
    if (key === this.#key) return;
    this.#key = key;
    try {
      const samples = await callApi(this.pathOf(`/discriminator?sheet=${sheet}`));
      if (key !== this.#key) return;
      this.#samples = samples;
      this.#rateDrawing();
    } catch {
      this.#key = ""; // the next update tries again
    }
  }

  async #rateDrawing() {
    this.#changed = true;
    if (this.#busy) return; // the newest drawing is sent when this answer is there
    this.#busy = true;
    while (this.#changed) {
      this.#changed = false;
      let trouble = "";
      try {
        const rows = this.pad.greyLevels();
        const blank = !rows.flat().some((grey) => grey > mnist_preprocessing.MIN_INK); // which the server refuses
        const rating = blank ? null : await callApi(this.pathOf("/discriminator"), { drawing: rows });
        this.#drawing = this.pad.empty ? null : rating;
      } catch (error) {
        this.#drawing = null;
        trouble = error.status === 409 ? "" : error.message; // 409: none yet
      }
      showDigit($("network-input"), this.#drawing?.image ?? []);
      this.show();
      this.#showLabels();
      if (trouble) setText($("verdict"), trouble); // beside the pad, which stays where it is
    }
    this.#busy = false;
  }

  /** Draw the plot anew. */
  show() {
    if (!this.#samples) return;
    const { real, fake, sheet, latest } = this.#samples;
    const drawing = this.#drawing;
    const rows = [
      { name: "Real", kind: "real", values: real },
      { name: sheet === latest ? "Fakes" : "Old fakes", kind: "fake", values: fake },
      { name: "Yours", kind: "mine", values: drawing ? [drawing.probability] : [] },
    ];
    const label = `Real digits ${percent(mean(real))} on average, fakes ${percent(mean(fake))}`;
    dotPlot($("scale"), rows, drawing ? `${label}, yours ${percent(drawing.probability)}` : label);
    const when = `The discriminator of ${this.#run.discriminator_epoch ?? 0} epochs.`;
    setText($("verdict"), drawing ? this.#verdict(drawing) : `${when} Every dot is a digit. Draw one and see where it lands.`);
  }

  #verdict({ probability, label }) {
    const { real, fake } = this.#samples;
    const apart = mean(real) - mean(fake) >= MIN_SEPARATION;
    const as = label === undefined || !apart ? "" : `, most of all as a ${this.#run.classes[label] ?? label}`;
    const finding = `It finds your drawing ${percent(probability)} real${as}. `;
    if (!apart) return `${finding}But it can hardly tell real digits from fakes, so that says little.`;
    const below = real.filter((value) => value <= probability).length / real.length;
    if (!below) return `${finding}No real digit here looks so false to it.`;
    if (below > 0.5) return `${finding}That is more than most real digits.`;
    if (probability > mean(fake)) return `${finding}That is more than most fakes, less than most real digits.`;
    return `${finding}Some real digits get as little.`;
  }

  #showLabels() {
    const { probabilities, label } = this.#drawing ?? {};
    $("labels").hidden = !probabilities;
    $("labels").replaceChildren(
      ...(probabilities ?? []).map((value, index) => {
        const bar = document.createElement("div");
        bar.textContent = this.#run.classes[index] ?? index;
        bar.role = "img";
        bar.title = bar.ariaLabel = `as a ${bar.textContent}: ${percent(value)}`;
        bar.style.setProperty("--high", `${100 * value}%`);
        bar.classList.toggle("best", index === label);
        return bar;
      }),
    );
  }
}

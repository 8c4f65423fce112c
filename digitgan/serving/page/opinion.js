// What the discriminator makes of real digits, of fakes, and of a digit that is drawn here.

import { Pad, showDigit } from "./pad.js";
import { scale } from "./plots.js";
import { ask } from "./server.js";

const $ = (id) => document.getElementById(id);
const percent = (share) => `${Math.round(100 * share)} %`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export class Opinion {
  #asked = ""; // what `#told` answers
  #told = null;
  #mine = null;
  #run = null;
  #judging = false;
  #wished = false;

  /** @param path from the rest of a path to the whole; @param trouble shows a line to people. */
  constructor(path, trouble) {
    this.path = path;
    this.trouble = trouble;
    this.pad = new Pad($("pad"), () => this.#judge());
    $("undo").addEventListener("click", () => this.pad.undo());
    $("clear").addEventListener("click", () => this.pad.clear());
  }

  forget() {
    [this.#asked, this.#told, this.#mine] = ["", null, null];
  }

  /** Ask again if the discriminator or the sheet has changed. */
  async compare(run, sheet) {
    this.#run = run;
    const wish = [run.name, sheet, run.sheet_at, run.discriminator_at].join(" ");
    if (wish === this.#asked) return;
    this.#asked = wish;
    try {
      const told = await ask(this.path(`/discriminator?sheet=${sheet}`));
      if (wish !== this.#asked) return;
      this.#told = told;
      this.#judge();
    } catch {
      this.#asked = ""; // the next look asks again
    }
  }

  async #judge() {
    this.#wished = true;
    if (this.#judging) return; // the newest drawing is asked about when this answer is there
    this.#judging = true;
    while (this.#wished) {
      this.#wished = false;
      try {
        const mine = this.pad.empty ? null : await ask(this.path("/discriminator"), { drawing: this.pad.greys() });
        this.#mine = this.pad.empty ? null : mine;
      } catch (error) {
        this.#mine = null;
        if (error.status !== 409) this.trouble(error.message, "look"); // 409: no discriminator yet
      }
      showDigit($("seen"), this.#mine?.image ?? []);
      this.show();
      this.#showLabels();
    }
    this.#judging = false;
  }

  /** Draw the scale anew. */
  show() {
    if (!this.#told) return;
    const { real, fake, sheet, latest } = this.#told;
    const mine = this.#mine;
    const rows = [
      { name: "Real", kind: "real", values: real },
      { name: sheet === latest ? "Fakes" : "Old fakes", kind: "fake", values: fake },
      { name: "Yours", kind: "mine", values: mine ? [mine.probability] : [] },
    ];
    const label = `Real digits ${percent(mean(real))} on average, fakes ${percent(mean(fake))}`;
    scale($("scale"), rows, mine ? `${label}, yours ${percent(mine.probability)}` : label);
    const words = mine ? this.#verdict(mine) : "Every dot is a digit. Draw one and see where it lands.";
    if ($("verdict").textContent !== words) $("verdict").textContent = words;
  }

  #verdict({ probability, label }) {
    const { real, fake } = this.#told;
    const as = label === undefined ? "" : `, most of all as a ${this.#run.classes[label] ?? label}`;
    const finds = `It finds your digit ${percent(probability)} real${as}. `;
    const below = real.filter((value) => value <= probability).length / real.length;
    if (!below) return `${finds}No real digit here looks so false to it.`;
    if (below > 0.5) return `${finds}That is more than most real digits.`;
    if (probability > mean(fake)) return `${finds}That is more than most fakes, less than most real digits.`;
    return `${finds}Some real digits get as little.`;
  }

  #showLabels() {
    const { probabilities, label } = this.#mine ?? {};
    $("labels").hidden = !probabilities;
    $("labels").replaceChildren(
      ...(probabilities ?? []).map((value, one) => {
        const bar = document.createElement("div");
        bar.textContent = this.#run.classes[one] ?? one;
        bar.role = "img";
        bar.title = bar.ariaLabel = `as a ${bar.textContent}: ${percent(value)}`;
        bar.style.setProperty("--high", `${100 * value}%`);
        bar.classList.toggle("best", one === label);
        return bar;
      }),
    );
  }
}

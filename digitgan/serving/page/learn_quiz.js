// Real or fake? The visitor against the discriminator, digit by digit.

import { $, announce, setText } from "./dom.js";

export class Quiz {
  #digits = []; // {image, real, probability}
  #place = -1;
  #score = { you: 0, discriminator: 0, asked: 0 };

  /**
   * @param ask called for another round; `begin` is to be called with its digits.
   * @param paint called with (canvas, image).
   */
  constructor(ask, paint) {
    this.paint = paint;
    $("quiz-start").addEventListener("click", ask);
    for (const [id, real] of /** @type {[string, boolean][]} */ ([["quiz-real", true], ["quiz-fake", false]]))
      $(id).addEventListener("click", () => this.#answer(real));
  }

  begin(digits) {
    this.#digits = digits;
    this.#place = -1;
    this.#score = { you: 0, discriminator: 0, asked: 0 };
    setText($("quiz-start"), "Begin again");
    this.#next("Is this one real?");
    $("quiz-real").focus();
  }

  #answer(saidReal) {
    const { real, probability } = this.#digits[this.#place];
    const score = this.#score;
    score.asked += 1;
    score.you += Number(saidReal === real);
    score.discriminator += Number(probability > 0.5 === real);
    const truth = `${saidReal === real ? "Right" : "Wrong"}: it was ${real ? "real" : "a fake"}. `;
    const opinion = `The discriminator found it ${Math.round(100 * probability)} % real.`;
    announce(truth + opinion);
    this.#next(truth + opinion);
  }

  #next(line) {
    const { you, discriminator, asked } = this.#score;
    this.#place += 1;
    const over = this.#place === this.#digits.length;
    for (const id of ["quiz-real", "quiz-fake"]) $(id).disabled = over;
    if (!over) this.paint($("quiz-digit"), this.#digits[this.#place].image);
    const winner = you === discriminator ? "A draw." : you > discriminator ? "You win." : "The discriminator wins.";
    setText($("quiz-line"), over ? `${line} ${winner}` : line);
    setText($("quiz-score"), `You ${you}, the discriminator ${discriminator}, of ${asked}`);
    document.body.dataset.quiz = String(asked); // for tests
  }
}

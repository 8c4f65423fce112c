// Asks for one thing at a time: while one is being made only the newest wish waits, so a
// slider never leaves a queue behind it.

export class Scribe {
  #wish = null;
  #busy = false;

  /**
   * @param make called with wish.state; returns the promise of an answer.
   * @param seen called with (answer, wish). @param failed called with (line, wish).
   */
  constructor(make, seen, failed) {
    Object.assign(this, { make, seen, failed });
  }

  ask(wish) {
    this.#wish = wish;
    this.#work();
  }

  drop() {
    this.#wish = null;
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wish) {
      const wish = this.#wish;
      this.#wish = null;
      try {
        await this.seen(await this.make(wish.state), wish);
      } catch (refusal) {
        this.failed(refusal.message, wish);
        if (refusal.wait && !this.#wish) {
          await new Promise((go) => setTimeout(go, refusal.wait));
          this.#wish ??= wish;
        }
      }
    }
    this.#busy = false;
  }
}

// Asks for one thing at a time: while one is being made only the newest wish waits, so a
// slider never leaves a queue behind it.

export class Scribe {
  #wish = null;
  #made = null; // the wish that is being made; null once it is dropped
  #busy = false;

  /**
   * @param make called with wish.state; returns the promise of an answer.
   * @param seen called with (answer, wish). @param failed called with (line, wish, wait):
   * after `wait` milliseconds, if there are any, it asks again.
   */
  constructor(make, seen, failed) {
    Object.assign(this, { make, seen, failed });
  }

  ask(wish) {
    this.#wish = wish;
    this.#work();
  }

  drop() {
    this.#wish = this.#made = null;
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wish) {
      const wish = (this.#made = this.#wish);
      this.#wish = null;
      try {
        const answer = await this.make(wish.state);
        if (this.#made) await this.seen(answer, wish);
      } catch (refusal) {
        if (!this.#made) continue;
        this.failed(refusal.message, wish, refusal.wait);
        if (refusal.wait && !this.#wish) {
          await new Promise((go) => setTimeout(go, refusal.wait));
          if (this.#made) this.#wish ??= wish;
        }
      }
    }
    this.#busy = false;
  }
}

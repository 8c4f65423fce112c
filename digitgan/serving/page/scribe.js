// Fetches pictures, one at a time: while one is being drawn only the newest wish waits,
// so a slider never leaves a queue behind it.

export class Scribe {
  #wish = null;
  #busy = false;

  /** @param seen called with (answer, wish); @param failed called with (line). */
  constructor(seen, failed) {
    this.seen = seen;
    this.failed = failed;
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
      const pause = await this.#fetch(wish);
      if (pause && !this.#wish) {
        await new Promise((go) => setTimeout(go, pause));
        this.#wish ??= wish;
      }
    }
    this.#busy = false;
  }

  /** Returns how many milliseconds to wait before trying again; 0 when done. */
  async #fetch(wish) {
    let answer;
    try {
      const reply = await fetch(wish.url);
      if (reply.status === 503) return 1000 * (Number(reply.headers.get("Retry-After")) || 1);
      answer = await reply.json();
      if (!reply.ok) {
        this.failed(answer.detail ?? `the server says ${reply.status}`);
        return 0;
      }
    } catch {
      this.failed("The server does not answer. Trying again.");
      return 2000;
    }
    await this.seen(answer, wish);
    return 0;
  }
}

// Makes one thing at a time: meanwhile only the newest request waits, so a slider never
// leaves a queue behind it.

import { wait } from "./dom.js";

export class LatestRequest {
  #next = null;
  #current = null; // the request under way; null once it is dropped
  #busy = false;

  /**
   * @param make called with request.state; returns the promise of an answer.
   * @param done called with (answer, request).
   * @param failed called with (line, request, wait): after `wait` milliseconds, if there
   * are any, it tries again.
   */
  constructor(make, done, failed) {
    this.make = make;
    this.done = done;
    this.failed = failed;
  }

  send(request) {
    this.#next = request;
    this.#work();
  }

  drop() {
    this.#next = this.#current = null;
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#next) {
      const request = (this.#current = this.#next);
      this.#next = null;
      try {
        const answer = await this.make(request.state);
        if (this.#current) await this.done(answer, request);
      } catch (refusal) {
        if (!this.#current) continue;
        this.failed(refusal.message, request, refusal.wait);
        if (refusal.wait && !this.#next) {
          await wait(refusal.wait);
          if (this.#current) this.#next ??= request;
        }
      }
    }
    this.#busy = false;
  }
}

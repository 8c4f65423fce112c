// The worker that trains, so that the page stays quick. Messages in are {do, ...} with the
// name "prepare", which comes first, or of a method of COMMANDS; messages out are {ready}, {state}, {written}, {quiz} or
// {trouble}.

import { description, joined, readStrip, toImages } from "./digits.js";
import { CLASSES } from "./players.js";
import { COLUMNS, prepare, Trainer } from "./trainer.js";

const REPORT = 250; // milliseconds between reports while it trains
const TURN = 60; // milliseconds of training before messages are read
const PAUSE = 700; // milliseconds between steps in slow motion
const QUIZ = 20; // digits of a round
const BREAKS = {
  collapse: { rate: 0.1, penalty: 0 }, // both overshoot, and nothing holds the discriminator
  defeat: { penalty: 0, discriminatorSteps: 5, rate: 0.01 }, // it learns so much faster
};

/** @type {Trainer} */
let trainer;
let real = null;
let running = false;
let slow = false;
let until = Infinity; // real digits
let rate = 0; // real digits a second
let last = { at: 0, digits: 0 }; // report

const COMMANDS = {
  start({ seed, settings, pauseAfter }) {
    trainer?.dispose();
    trainer = new Trainer(real, seed);
    Object.assign(trainer.settings, settings);
    until = pauseAfter ?? Infinity;
    rate = 0;
  },
  run({ on, slow: slowly = false }) {
    slow = slowly;
    last = { at: performance.now(), digits: trainer.digits };
    if (trainer.digits >= until) until = Infinity;
    if (on === running) return;
    running = on;
    if (on) train();
  },
  step() {
    running = false;
    trainer.step();
  },
  change({ settings }) {
    trainer.settings = { ...trainer.settings, ...settings };
  },
  break({ how }) {
    trainer.save();
    trainer.settings = { ...trainer.settings, ...BREAKS[how] };
  },
  quiz({ sheet }) {
    const digits = trainer.quiz(QUIZ, sheet);
    postMessage({ quiz: digits.map(({ pixels, ...digit }) => ({ ...digit, image: toImages(pixels) })) });
  },
  undo: () => trainer.undo(),
  /** Write digits with the model as it is: of each, the one in a column by chance. */
  write({ labels, sheet }) {
    const pixels = trainer.sheet(sheet);
    const box = pixels.length / (CLASSES * COLUMNS);
    const chosen = labels.map((label, i) => label * COLUMNS + ((i + sheet) % COLUMNS));
    const row = new Float32Array(box * labels.length);
    chosen.forEach((one, i) => row.set(pixels.subarray(one * box, (one + 1) * box), i * box));
    postMessage({ written: { labels, images: toImages(row) } });
  },
};

self.onmessage = ({ data }) => {
  if (data.do === "prepare") return void begin(data).catch((error) => postMessage({ trouble: String(error.message ?? error) }));
  COMMANDS[data.do](data);
  report();
};

async function train() {
  while (running) {
    const turn = performance.now() + TURN;
    do trainer.step();
    while (!slow && performance.now() < turn && trainer.digits < until);
    if (trainer.digits >= until) running = false;
    if (slow || !running || performance.now() > last.at + REPORT) report();
    await new Promise((resolve) => setTimeout(resolve, slow ? PAUSE : 0)); // for messages
  }
}

function report() {
  const now = performance.now();
  if (running && now > last.at + REPORT) {
    rate = ((trainer.digits - last.digits) / (now - last.at)) * 1000;
    last = { at: now, digits: trainer.digits };
  }
  const { steps, digits, settings, facts, canUndo } = trainer;
  const images = toImages(trainer.sheet());
  const arrows = slow || !running ? trainer.arrows() : null; // when there is time to look at them
  postMessage({ state: { steps, digits, settings, facts, canUndo, rate, running, slow, images, arrows } });
}

async function begin({ device }) {
  const [{ strips }, found] = await Promise.all([description(), prepare(device)]);
  real = joined(await Promise.all(strips.map(readStrip)));
  postMessage({ ready: true, device: found });
}

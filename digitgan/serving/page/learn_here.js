// The page that trains in the visitor's own tab: what its worker (gan/worker.js) says is
// shown, and what is chosen goes to the worker and into the address.

import { lineChart } from "./charts.js";
import { mnist_preprocessing } from "./constants.js";
import { $, announce, setText } from "./dom.js";
import { description } from "./gan/digits.js";
import { settingsFromQuery, toQuery } from "./learn_here_state.js";

const { SIDE } = mnist_preprocessing;
const MAX_POINTS = 300; // of a curve; then every second one goes
const CHART_EVERY = 500; // milliseconds
const MILESTONES = [
  [0, "Two networks that know nothing. Start the game."],
  [1, "Noise: the generator does not know yet what ink is."],
  [3_000, "The ink gathers in the middle, as on real digits."],
  [8_000, "Strokes. The discriminator asks for more than ink in the middle."],
  [25_000, "Digits. The rows begin to differ: the labels are learned."],
  [60_000, "Digits that one can read, most of them. Now break it, or write with it."],
];

const asked = settingsFromQuery(location.search);
const worker = new Worker(new URL("gan/worker.js", import.meta.url), { type: "module" });
const send = (command, more = {}) => worker.postMessage({ do: command, ...more });
let points = newPoints();
let every = 1; // reports to a point
let reports = 0;
let drawn = 0; // when the charts were
let running = false;
let broken = false;

function newPoints() {
  return { digits: [], real: [], fake: [], discriminator: [], generator: [] };
}

worker.addEventListener("message", ({ data }) => {
  if (data.ready) begin();
  if (data.state) show(data.state);
  if (data.written) showWritten(data.written);
  if (data.trouble) trouble();
});
worker.addEventListener("error", trouble);

function begin() {
  for (const name of ["run", "step", "reset", "break", "settings", "again"]) $(name).disabled = false;
  $("waiting").hidden = true;
  reset();
  if (asked.running) send("run", { on: true });
}

function reset() {
  points = newPoints();
  [every, reports, drawn] = [1, 0, 0];
  send("start", { seed: asked.seed, settings: asked.settings, pauseAfter: asked.pauseAfter });
}

function trouble() {
  setText($("trouble"), "Nothing can be learned here: the real digits (MNIST) are not there, or this host allows no WebAssembly.");
  $("waiting").hidden = true;
}

function show(state) {
  const { steps, digits, facts, rate, images, canUndo } = state;
  if (running !== state.running) announce(state.running ? "Training" : `Paused after ${digits} real digits`);
  [running, broken] = [state.running, canUndo];
  paint($("digits"), images, 10);
  setText($("seen"), digits.toLocaleString("en"));
  setText($("steps"), steps.toLocaleString("en"));
  setText($("rate"), rate ? String(Math.round(rate)) : "–");
  setText($("run"), running ? "Pause" : "Start");
  $("break").disabled = broken;
  $("undo").disabled = !broken;
  setText($("now"), sentence(digits, facts));
  document.body.dataset.digits = String(digits);
  document.body.dataset.state = running ? "running" : "paused";
  showSettings(state.settings);
  note(digits, facts);
}

function sentence(digits, { real, fake, generator }) {
  if (!Number.isFinite(generator)) return "The numbers overflowed: steps were too long. Undo the break, or reset.";
  if (broken && real - fake > 0.9) return "The discriminator has won: it is sure of everything, and the generator learns nothing any more.";
  if (broken) return "Broken: watch the rows become alike.";
  return MILESTONES.findLast(([least]) => digits >= least)[1];
}

/** Show images, side by side, black on white. */
function paint(canvas, images, columns) {
  const rows = images.length / (SIDE * SIDE) / columns;
  canvas.width = columns * SIDE;
  canvas.height = rows * SIDE;
  const picture = new ImageData(canvas.width, canvas.height);
  images.forEach((ink, i) => {
    const [image, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const place = (Math.floor(image / columns) * SIDE + y) * canvas.width + (image % columns) * SIDE + x;
    picture.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * place);
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** Add a point to the curves. */
function note(digits, facts) {
  const last = points.digits.at(-1) ?? -1;
  if (digits < last) cutPoints(digits); // undone
  if (digits === last || reports++ % every) return;
  points.digits.push(digits);
  for (const name of Object.keys(facts)) points[name].push(Number.isFinite(facts[name]) ? facts[name] : null);
  if (points.digits.length > MAX_POINTS) {
    every *= 2;
    for (const name of Object.keys(points)) points[name] = points[name].filter((_, i) => i % 2 === 0);
  }
  if (performance.now() < drawn + CHART_EVERY && running) return;
  drawn = performance.now();
  drawCharts();
}

function cutPoints(digits) {
  const count = points.digits.filter((one) => one <= digits).length;
  for (const name of Object.keys(points)) points[name] = points[name].slice(0, count);
  drawCharts();
}

function drawCharts() {
  const common = { epochs: points.digits.map((digits) => digits / 1000), unit: "thousand", at: null };
  lineChart(
    $("probabilities"),
    [
      { name: "real", kind: "real", values: points.real },
      { name: "fakes", kind: "fake", values: points.fake },
    ],
    { ...common, high: 1, percent: true, label: "Mean probability of real digits and of fakes" },
  );
  const losses = [...points.discriminator, ...points.generator].filter((value) => value !== null);
  lineChart(
    $("losses"),
    [
      { name: "discriminator", kind: "first", values: points.discriminator },
      { name: "generator", kind: "second", values: points.generator },
    ],
    { ...common, high: Math.min(6, Math.max(2, ...losses)), label: "Losses of both players" },
  );
}

// What can be chosen.

$("run").addEventListener("click", () => send("run", { on: !running }));
$("step").addEventListener("click", () => send("step"));
$("reset").addEventListener("click", () => {
  send("run", { on: false });
  asked.pauseAfter = undefined;
  reset();
});
$("break").addEventListener("click", () => {
  send("break");
  send("run", { on: true });
});
$("undo").addEventListener("click", () => send("undo"));

const CONTROLS = {
  rate: [$("learning-rate"), (control) => Number((10 ** Number(control.value)).toPrecision(2)), Math.log10, String],
  penalty: [$("penalty"), (control) => Number(control.value), Number, String],
  discriminatorSteps: [$("discriminator-steps"), (control) => Number(control.value), Number, String],
};

for (const [name, [control, read]] of Object.entries(CONTROLS))
  control.addEventListener("input", () => change({ [name]: read(control) }));
$("labels").addEventListener("change", () => change({ labels: $("labels").checked }));

function change(settings) {
  Object.assign(asked.settings, settings);
  showSettings(asked.settings);
  history.replaceState(null, "", toQuery(asked));
  send("change", { settings });
}

function showSettings(settings) {
  for (const [name, [control, , write, format]] of Object.entries(CONTROLS)) {
    if (settings[name] === undefined) continue;
    if (document.activeElement !== control) control.value = String(write(settings[name]));
    setText($(`${control.id}-value`), format(settings[name]));
  }
  if (settings.labels !== undefined) $("labels").checked = settings.labels;
}

$("write-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const labels = [...$("text").value].map(Number);
  send("write", { labels, sheet: 1 + Math.floor(Math.random() * 1e6) });
});

function showWritten({ labels, images }) {
  paint($("written"), images, labels.length);
  $("written").setAttribute("aria-label", `${labels.join(" ")}, by the model you trained`);
  announce(`${labels.join("")} is written`);
}

description().then(
  ({ licence }) => setText($("licence"), `Real digits: ${licence}.`),
  () => {},
);

// The page that trains in the visitor's own tab: what its worker (gan/worker.js) says is
// shown, and what is chosen goes to the worker and into the address.

import { lineChart } from "./charts.js";
import { mnist_preprocessing } from "./constants.js";
import { $, announce, percent, setText, wait } from "./dom.js";
import { newWorker } from "./files.js";
import { description } from "./gan/digits.js";
import { Film } from "./learn_film.js";
import { BESIDE, settingsFromQuery, toQuery } from "./learn_here_state.js";
import { Quiz } from "./learn_quiz.js";
import { paintArrows } from "./pixel_arrows.js";

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
const worker = newWorker("gan/worker.js");
let second = null; // the worker of the run beside
const send = (command, more = {}) => worker.postMessage({ do: command, ...more });
const sendBoth = (command, more = {}) => [worker, second].forEach((one) => one?.postMessage({ do: command, ...more }));
const random = () => 1 + Math.floor(Math.random() * 1e6); // which latents
const film = new Film();
const quiz = new Quiz(() => send("quiz", { sheet: random() }), (canvas, image) => paint(canvas, image, 1));
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
  if (data.ready) begin(data.device);
  if (data.state) show(data.state);
  if (data.written) showWritten(data.written);
  if (data.quiz) quiz.begin(data.quiz);
  if (data.trouble) trouble();
});
worker.addEventListener("error", trouble);
send("prepare", { device: asked.device });

function begin(device) {
  $("device").value = device; // the one that is there
  for (const name of ["run", "slow", "step", "reset", "settings", "again", "beside", "quiz-start", "film-play"])
    $(name).disabled = false;
  $("waiting").hidden = true;
  reset();
  if (asked.beside) openBeside();
  if (asked.running) send("run", { on: true });
}

function reset() {
  points = newPoints();
  [every, reports, drawn] = [1, 0, 0];
  film.reset();
  send("start", { seed: asked.seed, settings: asked.settings, pauseAfter: asked.pauseAfter });
}

function trouble() {
  setText($("trouble"), "Nothing can be learned here: the real digits (MNIST) are not there, or this host allows no WebAssembly.");
  $("waiting").hidden = true;
}

function show(state) {
  const { steps, digits, facts, rate, images, arrows, canUndo } = state;
  if (running !== state.running) announce(state.running ? "Training" : `Paused after ${digits} real digits`);
  [running, broken] = [state.running, canUndo];
  film.add(digits, images);
  showFilm();
  $("arrows-box").hidden = !arrows;
  if (arrows) paintArrows($("arrows"), arrows);
  setText($("seen"), digits.toLocaleString("en"));
  setText($("steps"), steps.toLocaleString("en"));
  setText($("rate"), rate ? String(Math.round(rate)) : "–");
  setText($("run"), running ? "Pause" : "Start");
  $("slow").setAttribute("aria-pressed", String(running && state.slow));
  $("collapse").disabled = $("defeat").disabled = broken;
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
  if (broken && real - fake > 0.5) return "The discriminator is winning: it spots most fakes, and its arrows help less and less.";
  if (broken) return "Broken: watch the rows become alike.";
  return MILESTONES.findLast(([least]) => digits >= least)[1];
}

// The film: its last frame is now.

let playing = false;

function showFilm() {
  const slider = $("film-slider");
  const live = !playing && Number(slider.value) >= Number(slider.max);
  slider.max = String(film.frames.length - 1);
  if (live) slider.value = slider.max;
  slider.disabled = film.frames.length < 2;
  const { digits, images } = film.frames[Math.min(Number(slider.value), film.frames.length - 1)];
  paint($("digits"), images, 10);
  setText($("film-digits"), digits === film.frames.at(-1).digits ? "now" : `after ${digits.toLocaleString("en")} digits`);
  slider.setAttribute("aria-valuetext", $("film-digits").textContent);
}

$("film-slider").addEventListener("input", showFilm);
$("film-play").addEventListener("click", async () => {
  if (playing) return;
  playing = true;
  for (let i = 0; i < film.frames.length; i++) {
    $("film-slider").value = String(i);
    showFilm();
    await wait(Math.max(30, Math.min(120, 12_000 / film.frames.length)));
  }
  playing = false;
});

// The run beside: another worker, the same seed, one thing different.

function openBeside() {
  second?.terminate();
  second = null;
  const [, settings] = BESIDE[asked.beside] ?? [];
  $("beside-box").hidden = !settings;
  $("beside").value = asked.beside;
  if (!settings) return;
  setText($("beside-title"), `From the same seed, ${BESIDE[asked.beside][0]}`);
  second = newWorker("gan/worker.js");
  second.addEventListener("message", ({ data }) => {
    if (data.ready) {
      second.postMessage({ do: "start", seed: asked.seed, settings: { ...asked.settings, ...settings }, pauseAfter: asked.pauseAfter });
      if (running) second.postMessage({ do: "run", on: true });
    }
    if (data.state) showBeside(data.state);
  });
  second.postMessage({ do: "prepare", device: asked.device });
}

function showBeside({ digits, facts, images }) {
  paint($("beside-digits"), images, 10);
  const found = Number.isFinite(facts.generator) ? `finds real digits ${percent(facts.real)} real, fakes ${percent(facts.fake)}` : "overflowed";
  setText($("beside-line"), `After ${digits.toLocaleString("en")} digits; its discriminator ${found}.`);
  document.body.dataset.beside = String(digits); // for tests
}

$("beside").append(...Object.entries(BESIDE).map(([name, [line]]) => new Option(line, name)));
$("beside").addEventListener("change", () => {
  asked.beside = $("beside").value;
  saveAddress();
  reset(); // both begin together
  openBeside();
  send("run", { on: true });
});

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

$("run").addEventListener("click", () => sendBoth("run", { on: !running }));
$("slow").addEventListener("click", () => {
  const slow = $("slow").getAttribute("aria-pressed") !== "true";
  sendBoth("run", { on: true, slow });
});
$("step").addEventListener("click", () => sendBoth("step"));
$("reset").addEventListener("click", () => {
  send("run", { on: false });
  asked.pauseAfter = undefined;
  reset();
  openBeside();
});
for (const how of ["collapse", "defeat"])
  $(how).addEventListener("click", () => {
    send("break", { how });
    send("run", { on: true });
  });
$("undo").addEventListener("click", () => send("undo"));

const CONTROLS = {
  rate: [$("learning-rate"), (control) => Number((10 ** Number(control.value)).toPrecision(2)), Math.log10, String],
  penalty: [$("penalty"), (control) => Number(control.value), Number, String],
  discriminatorSteps: [$("discriminator-steps"), (control) => Number(control.value), Number, String],
  generatorSteps: [$("generator-steps"), (control) => Number(control.value), Number, String],
  latents: [$("latents"), (control) => Number(control.value), Number, String],
};

for (const [name, [control, read]] of Object.entries(CONTROLS))
  control.addEventListener("input", () => change({ [name]: read(control) }));
$("labels").addEventListener("change", () => change({ labels: $("labels").checked }));

function change(settings) {
  Object.assign(asked.settings, settings);
  showSettings(asked.settings);
  saveAddress();
  send("change", { settings });
}

const saveAddress = () => history.replaceState(null, "", toQuery(asked));

if ("gpu" in navigator) $("device").hidden = $("device-label").hidden = false;
$("device").value = asked.device;
$("device").addEventListener("change", () => {
  asked.device = $("device").value;
  saveAddress();
  location.reload();
});

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
  send("write", { labels, sheet: random() });
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

// Learn: what the server says of a training is shown, what people do is sent.

import { callApi } from "./api.js";
import { lineChart } from "./charts.js";
import { DiscriminatorPanel } from "./discriminator.js";
import { $, announce, percent, setText } from "./dom.js";

const ACTIVE = ["starting", "learning", "elsewhere", "finishing", "pausing", "stopping"];
const FRAME_MS = 150; // of the film of the sheets
const NARRATION_HEADS = {
  guard: "What the guard noted last",
  winning: "Who is winning",
  variety: "Has it collapsed?",
  look: "What to look at",
};

const query = new URLSearchParams(location.search);
let name = query.get("run");
let run = null; // the server's newest description of it
let epochBack = Number(query.get("sheet") ?? NaN); // the epoch whose sheet was gone back to
let timer = 0;
let playing = false; // the film of the sheets
let updates = 0; // counted, so that an answer that comes late is recognised
const pathOf = (rest = "") => `v1/runs/${encodeURIComponent(name)}${rest}`;
const discriminator = new DiscriminatorPanel(pathOf);
let mayTrain = true; // who knows the token

// Asking the server

async function listRuns() {
  const { runs, running, may_train } = await callApi("v1/runs");
  mayTrain = may_train;
  $("new").hidden = !mayTrain;
  $("reader").hidden = mayTrain;
  const states = Object.fromEntries(runs.map(({ name, state }) => [name, state]));
  if (name && !(name in states)) states[name] = "";
  name ??= running ?? runs[0]?.name ?? null;
  const options = Object.entries(states).map(([value, state]) => new Option(state ? `${value} · ${state}` : value, value));
  $("run").replaceChildren(...options);
  if (name) $("run").value = name;
  $("choose").hidden = !name;
  $("nothing").hidden = Boolean(name);
  if (!name) openForm(mayTrain);
}

async function update() {
  clearTimeout(timer);
  const mine = ++updates;
  let pause = 3000;
  try {
    if (!name) await listRuns();
    const answer = name && (await callApi(pathOf()));
    if (mine !== updates) return; // a newer one is on its way
    if ($("trouble").dataset.of === "update") showTrouble("");
    if (answer) {
      const before = run?.name === answer.name ? newsOf(run) : null;
      run = answer;
      show();
      if (before !== newsOf(run)) {
        announce(`${run.narration.now} ${run.narration.guard ?? ""}`); // not every second
        await listRuns();
      }
      pause = ACTIVE.includes(run.state) ? 1000 : 5000;
    }
  } catch (error) {
    if (mine !== updates) return;
    showTrouble(error.message, "update");
    if (error.status === 404) {
      $("watch").hidden = true;
      await listRuns().catch(() => {});
    }
  }
  if (mine === updates) timer = setTimeout(update, document.hidden ? 10_000 : pause);
}

const newsOf = ({ state, narration }) => state + (narration.guard ?? "");

// What the server says

function show() {
  $("watch").hidden = false;
  $("now").textContent = run.narration.now;
  const heads = Object.entries(NARRATION_HEADS).filter(([key]) => run.narration[key]);
  $("narration").replaceChildren(...heads.flatMap(([key, head]) => [newElement("dt", head), newElement("dd", run.narration[key])]));
  showFigures();
  showButtons();
  showSheet();
  showCharts();
  $("ask").hidden = !run.discriminator_at;
  if (run.discriminator_at) discriminator.update(run, epochShown());
  document.body.dataset.state = run.state; // for tests
  document.body.dataset.epoch = run.epoch;
}

function newElement(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function showFigures() {
  const { goal = {}, epoch, seconds = 0, seconds_left: left } = run;
  const rounded = epoch.toFixed(epoch < 10 ? 1 : 0);
  $("epoch").textContent = goal.epochs ? `${rounded} of ${goal.epochs}` : rounded;
  $("rate").textContent = run.images_per_second?.toLocaleString("en") ?? "–";
  $("spent").textContent = clock(seconds);
  $("left").textContent = left === null || left === undefined ? "–" : clock(left);
  const shares = [goal.epochs ? epoch / goal.epochs : 0, goal.minutes ? seconds / 60 / goal.minutes : 0];
  const done = Math.min(100, Math.round(100 * Math.max(...shares)));
  $("bar").setAttribute("aria-valuenow", done);
  $("bar").firstElementChild.style.width = `${done}%`;
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function showButtons() {
  const learning = ["starting", "learning"].includes(run.state);
  const ending = ["pausing", "stopping", "finishing"].includes(run.state);
  for (const id of ["pause", "stop"]) {
    $(id).hidden = !mayTrain || (!learning && !ending);
    $(id).disabled = ending;
  }
  $("resume").disabled = $("more").disabled = false;
  $("resume").hidden = !mayTrain || learning || ending || ["finished", "elsewhere"].includes(run.state) || !run.goal;
  $("more").hidden = !mayTrain || run.state !== "finished";
}

function showSheet() {
  const { sheets } = run;
  const slider = $("sheet-slider");
  const index = sheets.includes(epochBack) ? sheets.indexOf(epochBack) : sheets.length - 1;
  slider.max = Math.max(0, sheets.length - 1);
  slider.value = Math.max(0, index);
  slider.disabled = $("sheet-play").disabled = sheets.length < 2;
  const picture = $("sheet-picture");
  picture.hidden = !sheets.length;
  $("sheet-epoch").textContent = "";
  if (!sheets.length) return;
  const when = describeEpoch(sheets[index]);
  $("sheet-epoch").textContent = when;
  slider.setAttribute("aria-valuetext", when);
  const last = index === sheets.length - 1; // drawn anew when a run that was cut short goes on
  const source = pathOf(`/sheets/${sheets[index]}.png`) + (last ? `?at=${run.sheet_at}` : "");
  if (picture.getAttribute("src") !== source) picture.src = source;
  picture.alt = `A hundred digits from the same random numbers, ${when}`;
}

function describeEpoch(epoch) {
  if (!epoch) return "before training";
  return run.sheet_epoch < epoch ? `after ${run.sheet_epoch.toFixed(1)} epochs` : `after epoch ${epoch}`;
}

/** Show the sheet that the slider stands at; the last one is that of now. */
function showEarlier() {
  epochBack = epochShown() === run.sheets.at(-1) ? NaN : epochShown();
  saveAddress();
  showSheet();
  showCharts();
  if (run.discriminator_at && !playing) discriminator.update(run, epochShown());
}

const epochShown = () => run.sheets[$("sheet-slider").value] ?? 0;

function showCharts() {
  const { epoch: epochs = [], d_real = [], d_fake = [], d_loss = [], g_loss = [] } = run.curves;
  const at = run.sheets.length && epochs.length ? Math.min(epochShown(), run.epoch) : null;
  const first = (values) => values.find((value) => value !== null) ?? 0;
  const course = (title, values, form) => `${title} from ${form(first(values))} to ${form(first(values.toReversed()))}`;
  const plain = (value) => value.toFixed(2);
  const span = epochs.length ? `over ${run.epoch.toFixed(1)} epochs` : "no figures yet";
  lineChart(
    $("probabilities"),
    [
      { name: "D(real)", kind: "real", values: d_real },
      { name: "D(fake)", kind: "fake", values: d_fake },
    ],
    {
      ...{ epochs, high: 1, percent: true, at },
      label: `${course("D(real)", d_real, percent)}, ${course("D(fake)", d_fake, percent)}, ${span}`,
    },
  );
  const losses = [...d_loss, ...g_loss].filter((value) => value !== null).sort((a, b) => a - b);
  const high = Math.max(1.5, (losses[Math.ceil(0.98 * (losses.length - 1))] ?? 0) * 1.1);
  lineChart(
    $("losses"),
    [
      { name: "discriminator", kind: "first", values: d_loss },
      { name: "generator", kind: "second", values: g_loss },
    ],
    {
      ...{ epochs, high, at },
      label: `${course("Loss of the discriminator", d_loss, plain)}, ${course("of the generator", g_loss, plain)}, ${span}`,
    },
  );
}

// What people do

function showTrouble(line, of = "") {
  setText($("trouble"), line);
  $("trouble").dataset.of = of;
}

function saveAddress() {
  const query = new URLSearchParams({ run: name });
  if (!Number.isNaN(epochBack)) query.set("sheet", String(epochBack));
  history.replaceState(null, "", `?${query}`);
}

function chooseRun(next) {
  [name, run, epochBack] = [next, null, NaN];
  discriminator.reset();
  saveAddress();
  showTrouble("");
  $("watch").hidden = true;
  return update();
}

function openForm(open) {
  $("begin").hidden = !open;
  $("new").setAttribute("aria-expanded", String(open));
}

async function control(button, action, body = {}) {
  clearTimeout(timer);
  updates += 1; // what is under way is old news
  for (const other of button.parentElement.children) other.disabled = true; // a second signal would end it at once
  try {
    await callApi(pathOf(action), body);
    showTrouble("");
  } catch (error) {
    showTrouble(error.message);
  }
  await update(); // which enables what may be pressed
}

$("new").addEventListener("click", () => {
  openForm($("begin").hidden);
  if (!$("begin").hidden) $("preset").focus();
});
$("run").addEventListener("change", (event) => chooseRun(event.target.value));
$("sheet-slider").addEventListener("input", showEarlier);
$("sheet-play").addEventListener("click", async () => {
  if (playing) return;
  playing = true;
  const shown = name;
  for (let i = 0; i < run.sheets.length && shown === name; i++) {
    $("sheet-slider").value = String(i);
    showEarlier();
    await $("sheet-picture").decode().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
  playing = false;
});
$("begin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { preset: $("preset").value, [$("unit").value]: Number($("amount").value) };
  if ($("name").value) body.name = $("name").value;
  $("start").disabled = true;
  try {
    const begun = await callApi("v1/runs", body);
    openForm(false);
    $("name").value = "";
    await chooseRun(begun.name);
    await listRuns();
  } catch (error) {
    showTrouble(error.message);
  }
  $("start").disabled = false;
});
$("pause").addEventListener("click", (event) => control(event.target, "/pause"));
$("stop").addEventListener("click", (event) => control(event.target, "/stop"));
$("resume").addEventListener("click", (event) => control(event.target, "/resume"));
$("more").addEventListener("click", (event) =>
  control(event.target, "/resume", { minutes: Math.ceil(run.seconds / 60 + 2) }),
);
addEventListener("resize", () => {
  if (!run) return;
  showCharts();
  discriminator.show();
});
document.addEventListener("visibilitychange", () => document.hidden || update());

await update();

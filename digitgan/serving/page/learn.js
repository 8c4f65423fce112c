// The page to watch a training: what the server tells is shown, what people do is sent.

import { Opinion } from "./opinion.js";
import { curves } from "./plots.js";
import { ask } from "./server.js";

const $ = (id) => document.getElementById(id);
const path = (what = "") => `v1/runs/${encodeURIComponent(name)}${what}`;
const ACTIVE = ["starting", "learning", "elsewhere", "finishing", "pausing", "stopping"];
const HEADS = { guard: "What the guard noted last", winning: "Who is winning", variety: "Has it collapsed?", look: "What to look at" };
const percent = (share) => `${Math.round(100 * share)} %`;

let name = new URLSearchParams(location.search).get("run");
let run = null; // what the server last told of it
let kept = Number(new URLSearchParams(location.search).get("sheet") ?? NaN); // the sheet gone back to
let timer = 0;
let looks = 0; // counted, so that an answer that comes late is known
const opinion = new Opinion(path, trouble);

// Asking the server

async function list() {
  const { runs, running } = await ask("v1/runs");
  const states = Object.fromEntries(runs.map((one) => [one.name, one.state]));
  if (name && !(name in states)) states[name] = "";
  name ??= running ?? runs[0]?.name ?? null;
  const options = Object.entries(states).map(([value, state]) => new Option(state ? `${value} · ${state}` : value, value));
  $("run").replaceChildren(...options);
  if (name) $("run").value = name;
  $("choose").hidden = !name;
  $("nothing").hidden = Boolean(name);
  if (!name) openForm(true);
}

async function look() {
  clearTimeout(timer);
  const mine = ++looks;
  let pause = 3000;
  try {
    if (!name) await list();
    const told = name && (await ask(path()));
    if (mine !== looks) return; // a newer one is on its way
    if ($("trouble").dataset.of === "look") trouble("");
    if (told) {
      const before = run?.name === told.name ? spoken(run) : null;
      run = told;
      show();
      if (before !== spoken(run)) {
        $("said").textContent = `${run.narration.now} ${run.narration.guard ?? ""}`; // not every second
        await list();
      }
      pause = ACTIVE.includes(run.state) ? 1000 : 5000;
    }
  } catch (error) {
    if (mine !== looks) return;
    trouble(error.message, "look");
    if (error.status === 404) {
      $("watch").hidden = true;
      await list().catch(() => {});
    }
  }
  if (mine === looks) timer = setTimeout(look, document.hidden ? 10_000 : pause);
}

const spoken = ({ state, narration }) => state + (narration.guard ?? "");

// What the server told

function show() {
  $("watch").hidden = false;
  $("now").textContent = run.narration.now;
  $("story").replaceChildren(
    ...Object.entries(HEADS).filter(([key]) => run.narration[key]).flatMap(([key, head]) => {
      const [term, words] = [document.createElement("dt"), document.createElement("dd")];
      [term.textContent, words.textContent] = [head, run.narration[key]];
      return [term, words];
    }),
  );
  showFigures();
  showButtons();
  showSheet();
  showCurves();
  $("ask").hidden = !run.discriminator_at;
  if (run.discriminator_at) opinion.compare(run, shown());
  document.body.dataset.state = run.state; // for tests
  document.body.dataset.epoch = run.epoch;
}

function showFigures() {
  const { goal = {}, epoch, seconds = 0, seconds_left: left } = run;
  const whole = epoch.toFixed(epoch < 10 ? 1 : 0);
  $("epoch").textContent = goal.epochs ? `${whole} of ${goal.epochs}` : whole;
  $("rate").textContent = run.images_per_second?.toLocaleString("en") ?? "–";
  $("spent").textContent = clock(seconds);
  $("left").textContent = left === null || left === undefined ? "–" : clock(left);
  const parts = [goal.epochs ? epoch / goal.epochs : 0, goal.minutes ? seconds / 60 / goal.minutes : 0];
  const done = Math.min(100, Math.round(100 * Math.max(...parts)));
  $("bar").setAttribute("aria-valuenow", done);
  $("bar").firstElementChild.style.width = `${done}%`;
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function showButtons() {
  const busy = ["starting", "learning"].includes(run.state);
  const ending = ["pausing", "stopping", "finishing"].includes(run.state);
  for (const id of ["pause", "stop"]) {
    $(id).hidden = !busy && !ending;
    $(id).disabled = ending;
  }
  $("resume").disabled = $("more").disabled = false;
  $("resume").hidden = busy || ending || ["finished", "elsewhere"].includes(run.state) || !run.goal;
  $("more").hidden = run.state !== "finished";
}

function showSheet() {
  const { sheets } = run;
  const slider = $("sheet-slider");
  const at = sheets.includes(kept) ? sheets.indexOf(kept) : sheets.length - 1;
  slider.max = Math.max(0, sheets.length - 1);
  slider.value = Math.max(0, at);
  slider.disabled = sheets.length < 2;
  const picture = $("sheet-picture");
  picture.hidden = !sheets.length;
  $("sheet-said").textContent = "";
  if (!sheets.length) return;
  const when = said(sheets[at]);
  $("sheet-said").textContent = when;
  slider.setAttribute("aria-valuetext", when);
  const last = at === sheets.length - 1; // drawn anew when a run that was cut short goes on
  const source = path(`/sheets/${sheets[at]}.png`) + (last ? `?at=${run.sheet_at}` : "");
  if (picture.getAttribute("src") !== source) picture.src = source;
  picture.alt = `A hundred digits from the same random numbers, ${when}`;
}

function said(epoch) {
  if (!epoch) return "before training";
  return run.epoch < epoch ? `after ${run.epoch.toFixed(1)} epochs` : `after epoch ${epoch}`;
}

const shown = () => run.sheets[$("sheet-slider").value] ?? 0;

function showCurves() {
  const { epoch: epochs = [], d_real = [], d_fake = [], d_loss = [], g_loss = [] } = run.curves;
  const at = run.sheets.length && epochs.length ? Math.min(shown(), run.epoch) : null;
  const first = (values) => values.find((value) => value !== null) ?? 0;
  const went = (word, values, form) => `${word} from ${form(first(values))} to ${form(first(values.toReversed()))}`;
  const plain = (value) => value.toFixed(2);
  const over = epochs.length ? `over ${run.epoch.toFixed(1)} epochs` : "no figures yet";
  curves(
    $("opinions"),
    [{ name: "D(real)", kind: "real", values: d_real }, { name: "D(fake)", kind: "fake", values: d_fake }],
    { epochs, high: 1, percent: true, at, label: `${went("D(real)", d_real, percent)}, ${went("D(fake)", d_fake, percent)}, ${over}` },
  );
  const all = [...d_loss, ...g_loss].filter((value) => value !== null).sort((a, b) => a - b);
  const high = Math.max(1.5, (all[Math.ceil(0.98 * (all.length - 1))] ?? 0) * 1.1);
  curves(
    $("losses"),
    [{ name: "discriminator", kind: "first", values: d_loss }, { name: "generator", kind: "second", values: g_loss }],
    { epochs, high, at, label: `${went("Loss of the discriminator", d_loss, plain)}, ${went("of the generator", g_loss, plain)}, ${over}` },
  );
}

// What people do

function trouble(line, of = "") {
  if ($("trouble").textContent !== line) $("trouble").textContent = line;
  $("trouble").dataset.of = of;
}

function address() {
  const told = new URLSearchParams({ run: name });
  if (!Number.isNaN(kept)) told.set("sheet", kept);
  history.replaceState(null, "", `?${told}`);
}

function choose(next) {
  [name, run, kept] = [next, null, NaN];
  opinion.forget();
  address();
  trouble("");
  $("watch").hidden = true;
  return look();
}

function openForm(open) {
  $("begin").hidden = !open;
  $("new").setAttribute("aria-expanded", String(open));
}

async function act(button, what, body = {}) {
  clearTimeout(timer);
  looks += 1; // what was asked before is old news
  for (const one of button.parentElement.children) one.disabled = true; // a second signal would end it at once
  try {
    await ask(path(what), body);
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
  await look(); // which enables what may be pressed
}

$("new").addEventListener("click", () => {
  openForm($("begin").hidden);
  if (!$("begin").hidden) $("preset").focus();
});
$("run").addEventListener("change", (event) => choose(event.target.value));
$("sheet-slider").addEventListener("input", () => {
  kept = shown() === run.sheets.at(-1) ? NaN : shown();
  address();
  showSheet();
  showCurves();
  if (run.discriminator_at) opinion.compare(run, shown());
});
$("begin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { preset: $("preset").value, [$("unit").value]: Number($("amount").value) };
  if ($("name").value) body.name = $("name").value;
  $("start").disabled = true;
  try {
    const begun = await ask("v1/runs", body);
    openForm(false);
    $("name").value = "";
    await choose(begun.name);
    await list();
  } catch (error) {
    trouble(error.message);
  }
  $("start").disabled = false;
});
$("pause").addEventListener("click", (event) => act(event.target, "/pause"));
$("stop").addEventListener("click", (event) => act(event.target, "/stop"));
$("resume").addEventListener("click", (event) => act(event.target, "/resume"));
$("more").addEventListener("click", (event) => act(event.target, "/resume", { minutes: Math.ceil(run.seconds / 60 + 2) }));
addEventListener("resize", () => {
  if (!run) return;
  showCurves();
  opinion.show();
});
document.addEventListener("visibilitychange", () => document.hidden || look());

await look();

// Write: what people touch changes the state, and the state is shown everywhere.

import { CharacterButtons } from "./character_buttons.js";
import { copy } from "./clipboard.js";
import { connectControls, setLimits, showDial } from "./dials.js";
import { $, announce, isShortcut, setText } from "./dom.js";
import { LatestRequest } from "./latest_request.js";
import { randomSeed } from "./seeds.js";
import { areOn, connectFullScreen, listen } from "./shortcuts.js";
import * as source from "./source.js";
import * as states from "./state.js";
import { meant, refusal } from "./typed_text.js";

const DIALS = ["thickness", "slant", "variety", "spacing", "noise"];
const state = states.fromQuery(location.search);
let ownStyle = {}; // thickness and slant that the hand shown has by itself
let modelName = "flagship";
const timers = { address: 0, announcement: 0 };

const characters = new CharacterButtons($("characters"), reroll);
const motionless = matchMedia("(prefers-reduced-motion: reduce)").matches; // of a walk, where it begins
const picture = new LatestRequest(makePicture, showPicture, showTrouble);

// From the state to the page

function refresh({ animate = false } = {}) {
  $("text").value = state.text;
  $("seed").value = state.seed;
  showDials();
  $("lines").querySelector(`[value="${state.lines ?? ""}"]`).checked = true;
  $("code").textContent = states.toPython(state, modelName);
  const walks = state.toward !== undefined;
  $("walk").setAttribute("aria-pressed", String(walks));
  for (const ending of ["png", "svg", "pdf", "json", "gif"]) {
    $(ending).hidden = walks !== (ending === "gif");
    if (!$(ending).hidden) showFile(ending);
  }
  clearTimeout(timers.address);
  timers.address = setTimeout(saveAddress, 200);
  requestPicture(animate);
}

async function showFile(ending) {
  /** @type {any} */
  const url = source.href(state, ending);
  if (url instanceof Promise) $(ending).removeAttribute("href"); // no link before it leads there
  $(ending).download = `${states.fileName(state)}.${ending}`;
  $(ending).href = await url;
}

function saveAddress() {
  clearTimeout(timers.address);
  history.replaceState(null, "", states.toQuery(state));
}

function requestPicture(animate) {
  const wrong = refusal(state.text);
  const empty = !state.text.trim();
  showTrouble(wrong);
  $("hint").hidden = !empty;
  $("text").setAttribute("aria-invalid", String(Boolean(wrong)));
  $("picture").hidden = empty;
  $("characters").hidden = empty || state.toward !== undefined;
  $("take").inert = empty || Boolean(wrong);
  if (wrong || empty) picture.drop();
  else picture.send({ animate, state: { ...state } });
}

function showDials(names = DIALS) {
  for (const name of names) {
    const value = name === "spacing" && state.spacing ? states.fromSpacing(state.spacing) : state[name];
    showDial($(name), value, ownStyle[name], name === "spacing" && state.lines === "boxes");
  }
}

/** The picture of a state; that of a walk moves. */
async function makePicture(state) {
  const { toward, ...still } = state;
  const answer = await source.number(still);
  if (toward !== undefined && !motionless) answer.image = await source.film(state);
  else if (!state.noise) answer.image = `data:image/svg+xml,${encodeURIComponent(answer.svg)}`; // sharp at any size
  const image = new Image();
  image.src = answer.image;
  await image.decode().catch(() => {
    throw new source.Refusal("The server is busy. Trying again.", 1000);
  });
  return answer;
}

function showPicture(answer, request) {
  const image = $("picture");
  const walks = request.state.toward !== undefined;
  image.src = answer.image;
  image.alt = `${answer.text} in handwriting${walks ? " that changes from hand to hand" : ""}`;
  image.classList.remove("written");
  if (request.animate && !walks) {
    void image.offsetWidth; // lets the animation begin anew
    image.classList.add("written");
  }
  $("sheet").classList.remove("old");
  if (!walks) characters.show(answer);
  showTrouble("");
  ownStyle = { ...answer.style };
  for (const name of ["thickness", "slant"]) if (request.state[name] !== undefined) delete ownStyle[name];
  showDials(["thickness", "slant"]);
  clearTimeout(timers.announcement);
  timers.announcement = setTimeout(() => announce(describe(answer, request.state)), 500);
  document.body.dataset.shown = states.toPictureQuery(request.state); // for tests: what is on the sheet
}

function describe({ text, style }, { seed, toward }) {
  if (toward !== undefined) return `${text} on the way from hand ${seed} to hand ${toward}.`;
  const { thickness, slant } = style;
  return `${text} in hand ${seed}: strokes ${thickness.toFixed(1)} pixels, slant ${Math.round(slant)} degrees.`;
}

function showModel({ name, limits }) {
  modelName = name;
  const moved = states.clampToLimits(state, setLimits(limits));
  if (moved.length) setText($("note"), `This model's dials end before what the link asks of ${moved.join(" and ")}: the ends are shown.`);
  showDials();
  $("code").textContent = states.toPython(state, modelName);
}

function showBoxes() {
  $("characters").classList.toggle("outlined", $("outlined").checked);
}

function showTrouble(line) {
  setText($("trouble"), line);
  $("sheet").classList.toggle("old", Boolean(line));
}

// From people to the state

/** Change the state; Back leads to what was before. */
function changeForGood(change, options) {
  saveAddress();
  change();
  history.pushState(null, "", states.toQuery(state));
  refresh(options);
}

/** Write one character anew, or take that back. */
function reroll(place, step) {
  changeForGood(() => (state.rerolls = states.reroll(state, place, step)));
}

function setHand(seed) {
  state.seed = seed;
  delete state.rerolls;
}

function newHand() {
  changeForGood(() => setHand(randomSeed()), { animate: true });
}

$("walk").addEventListener("click", () => {
  if (state.toward === undefined) state.toward = randomSeed();
  else delete state.toward;
  refresh();
});
$("text").addEventListener("input", (event) => {
  const wantsHand = areOn() && event.inputType === "insertText" && /^n$/i.test(event.data ?? "");
  const text = wantsHand ? state.text : meant(event.target.value);
  state.rerolls = states.carryRerolls(state.rerolls, state.text, text);
  state.text = text;
  if (wantsHand) newHand();
  else refresh();
});
connectControls(state, DIALS, setHand, refresh, (name, value) => (name === "spacing" ? states.toSpacing(value) : value));
$("lines").addEventListener("change", (event) => {
  if (event.target.value) state.lines = event.target.value;
  else delete state.lines;
  refresh();
});
$("outlined").addEventListener("change", showBoxes);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  newHand();
});
$("text").addEventListener("keydown", (event) => {
  if (isShortcut(event) || event.shiftKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (!event.repeat) newHand();
  } else if (event.repeat && areOn() && /^n$/i.test(event.key)) event.preventDefault();
});
listen({ n: newHand, w: () => $("walk").click(), f: () => $("full").click() });
connectFullScreen($("full"), $("sheet"));
$("signs").addEventListener("click", (event) => {
  const sign = event.target.closest("button")?.value;
  if (!sign) return;
  const field = $("text");
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input"));
  field.focus();
});
addEventListener("popstate", () => {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, states.fromQuery(location.search));
  ownStyle = {};
  refresh({ animate: true });
});

$("copy").addEventListener("click", () => copy($("code").textContent, $("copy")));
$("share").addEventListener("click", () => {
  saveAddress();
  copy(location.href, $("share"));
});

// The beginning

if (matchMedia("(hover: hover)").matches) $("text").focus({ preventScroll: true });
setText($("note"), states.leftOut(location.search, state));
const model = new Promise((resolve) => new LatestRequest(source.model, resolve, () => {}).send({}));
if (state.thickness !== undefined || state.slant !== undefined) showModel(await model); // a link may ask for too much
refresh({ animate: true });
showModel(await model);

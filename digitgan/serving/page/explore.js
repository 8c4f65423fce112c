// Explore: a digit is a hand (seed), a label and a place on that hand's plane.

import { copy } from "./clipboard.js";
import { connectControls, setLimits, showDial } from "./dials.js";
import { $, announce, isShortcut, setText } from "./dom.js";
import { HandGrid } from "./hand_grid.js";
import { LatestRequest } from "./latest_request.js";
import { showNearest } from "./nearest_digits.js";
import { PlaneView } from "./plane_view.js";
import * as source from "./source.js";
import * as states from "./state.js";

const DIALS = ["thickness", "slant", "variety"];
const ORDER = ["digit", "seed", "x", "y", ...DIALS, "first"];
const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const state = fromQuery();
let ownStyle = {}; // thickness and slant that the digit shown has by itself
const timers = { address: 0, settled: 0, grid: 0 };
const model = await new Promise((resolve) => {
  const onFailure = (line, _, wait) => {
    showTrouble(line);
    if (!wait) resolve(null);
  };
  new LatestRequest(source.model, resolve, onFailure).send({});
});
const classes = (model?.classes ?? []).slice(0, 10);

const plane = new PlaneView($("plane"), (x, y) => {
  Object.assign(state, { x, y });
  showChosen();
});
const grid = new HandGrid($("grid"), classes, (seed, digit) => {
  saveAddress("push");
  Object.assign(state, { seed, digit, x: 0, y: 0 });
  refresh();
  $("wander").scrollIntoView({ block: "nearest" });
});
const planes = new LatestRequest(source.plane, onPlane, showTrouble);
const styles = new LatestRequest(source.style, onStyle, () => {});
const neighbours = new LatestRequest(source.nearest, onNearest, (line, request) => onNearest(null, request, line));

// The state and the address

function fromQuery() {
  const query = new URLSearchParams(location.search);
  const whole = (name, most) => {
    const value = query.get(name) ?? "";
    return /^[0-9]{1,15}$/.test(value) && Number(value) <= most ? Number(value) : undefined;
  };
  const seed = whole("seed", 1e15) ?? states.randomSeed();
  /** @type {any} */
  const read = { digit: whole("digit", 9) ?? 3, seed, x: whole("x", 11) ?? 0, y: whole("y", 11) ?? 0 };
  for (const name of DIALS) {
    const value = query.get(name);
    if (value !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(value)) read[name] = Number(value);
  }
  read.first = whole("first", 1e15) ?? seed;
  return read;
}

function saveAddress(how = "replace") {
  clearTimeout(timers.address);
  history[`${how}State`](null, "", toQuery(state));
}

/** The address of a state; the first hand of the grid only where it is another one. */
function toQuery({ first, ...rest }) {
  return states.toQuery(first === rest.seed ? rest : { first, ...rest }, ORDER);
}

// From the state to the page

function refresh() {
  state.digit = classes.length ? Math.min(state.digit ?? 3, classes.length - 1) : undefined;
  $("seed").value = state.seed;
  const label = $("digits").querySelector(`[value="${state.digit}"]`);
  if (label) label.checked = true;
  showDials();
  plane.moveTo(state.x, state.y);
  planes.send({ state: { ...state } });
  clearTimeout(timers.grid);
  timers.grid = setTimeout(() => grid.show(state), 150);
  showChosen();
}

function showDials() {
  for (const name of DIALS) showDial($(name), state[name], ownStyle[name]);
}

/** Show the digit in the middle; when it stays, say what it is. */
function showChosen() {
  plane.drawChosen($("large"));
  $("where").textContent = describe(state);
  $("large").setAttribute("aria-label", $("where").textContent);
  $("write").href = `./${states.toQuery({ text: "2026", ...state }, ["text", "seed", ...DIALS])}`;
  clearTimeout(timers.address);
  timers.address = setTimeout(saveAddress, 200);
  clearTimeout(timers.settled);
  timers.settled = setTimeout(() => {
    styles.send({ state: { ...state } });
    neighbours.send({ state: { ...state } });
  }, 250);
}

function describe({ digit, seed, x, y }) {
  const name = classes[digit] ?? "digit";
  return `A ${NAMES[name] ?? name} of hand ${seed}, at ${x}, ${y}`.replace("A e", "An e");
}

function onPlane(picture, request) {
  plane.show(picture);
  plane.drawChosen($("large"));
  showTrouble("");
  document.body.dataset.shown = toQuery(request.state); // for tests
}

function onStyle(style, request) {
  ownStyle = { ...style };
  for (const name of DIALS) if (request.state[name] !== undefined) delete ownStyle[name];
  showDials();
  document.body.dataset.measured = toQuery(request.state);
}

function onNearest(answer, request, reason = "") {
  const line = showNearest(answer, reason);
  announce(`${describe(request.state)}. ${line}`);
  document.body.dataset.compared = toQuery(request.state);
}

function showTrouble(line) {
  setText($("trouble"), line);
}

// From people to the state

function newHand() {
  saveAddress();
  const seed = states.randomSeed();
  Object.assign(state, { seed, first: seed, x: 0, y: 0 });
  history.pushState(null, "", toQuery(state)); // Back leads to the hand before
  refresh();
}

$("digits").addEventListener("change", (event) => {
  state.digit = Number(event.target.value);
  refresh();
});
connectControls(state, DIALS, (seed) => (state.seed = state.first = seed), refresh);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  newHand();
});
document.addEventListener("keydown", (event) => {
  if (isShortcut(event)) return;
  if (event.repeat && /^(Enter|n)$/i.test(event.key)) return event.preventDefault(); // once is enough
  if (event.target === $("seed")) return;
  if (event.key.toLowerCase() === "n") newHand();
  else if (/^[0-9]$/.test(event.key) && Number(event.key) < classes.length) {
    state.digit = Number(event.key);
    refresh();
  }
});
$("more").addEventListener("click", () => {
  state.first += grid.columns;
  saveAddress();
  grid.show(state);
});
$("share").addEventListener("click", () => {
  saveAddress();
  copy(location.href, $("share"));
});
addEventListener("popstate", () => {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, fromQuery());
  refresh();
});

// The beginning

function offerDigits(names) {
  $("digits").hidden = $("hands").hidden = !names.length;
  $("digits").querySelector(".choice").replaceChildren(
    ...names.map((name, i) => {
      const label = document.createElement("label");
      label.innerHTML = `<input type="radio" name="digit" value="${i}"><span></span>`;
      label.lastChild.textContent = name;
      return label;
    }),
  );
}

if (model) setLimits(model.limits);
offerDigits(classes);
refresh();

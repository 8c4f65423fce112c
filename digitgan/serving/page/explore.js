// Explore: a digit is a hand (seed), a label and a place on that hand's plane.

import { copy } from "./clipboard.js";
import { connectControls, setLimits, showDial } from "./dials.js";
import { $, announce, setText } from "./dom.js";
import { HandGrid } from "./hand_grid.js";
import { LatestRequest } from "./latest_request.js";
import { showNearest } from "./nearest_digits.js";
import { PlaneView } from "./plane_view.js";
import { randomSeed, seedAfter, toSeed } from "./seeds.js";
import { listen } from "./shortcuts.js";
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
const curves = new LatestRequest(source.curves, onCurves, () => {});
const neighbours = new LatestRequest(source.nearest, onNearest, (line, request) => onNearest(null, request, line));

// The state and the address

function fromQuery() {
  const query = new URLSearchParams(location.search);
  const whole = (name, most) => {
    const value = query.get(name) ?? "";
    return /^[0-9]{1,2}$/.test(value) && Number(value) <= most ? Number(value) : undefined;
  };
  const seed = toSeed(query.get("seed")) ?? randomSeed();
  /** @type {any} */
  const read = { digit: whole("digit", 9) ?? 3, seed, x: whole("x", 11) ?? 0, y: whole("y", 11) ?? 0 };
  for (const name of DIALS) {
    const value = query.get(name);
    if (value !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(value)) read[name] = Number(value);
  }
  read.first = toSeed(query.get("first")) ?? seed;
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
  $("curves").hidden = true; // those of the digit before
  $("where").textContent = describe(state);
  $("large").setAttribute("aria-label", $("where").textContent);
  $("write").href = `./${states.toQuery({ text: "2026", ...state }, ["text", "seed", ...DIALS])}`;
  clearTimeout(timers.address);
  timers.address = setTimeout(saveAddress, 200);
  clearTimeout(timers.settled);
  timers.settled = setTimeout(() => {
    styles.send({ state: { ...state } });
    curves.send({ state: { ...state } });
    neighbours.send({ state: { ...state } });
  }, 250);
}

function describe({ digit, seed, x, y }) {
  const name = classes[digit] ?? "digit";
  const turned = x || y ? `turned ${x} right, ${y} down` : "as it comes";
  return `A ${NAMES[name] ?? name} of hand ${seed}, ${turned}`.replace("A e", "An e");
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

function onCurves(svg, request) {
  if (toQuery(request.state) !== toQuery(state)) return;
  $("curves").src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  $("curves").hidden = false;
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
  const seed = randomSeed();
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
const chooseDigit = (key) => {
  state.digit = Number(key);
  refresh();
};
listen({ n: newHand, ...Object.fromEntries(classes.map((_, i) => [String(i), chooseDigit])) });
$("more").addEventListener("click", () => {
  state.first = seedAfter(state.first, grid.columns);
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

if (model) states.clampToLimits(state, setLimits(model.limits));
offerDigits(classes);
refresh();

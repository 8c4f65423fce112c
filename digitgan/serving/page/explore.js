// Explore: a digit is a hand (seed), a label and a place on that hand's plane.

import { copy } from "./copy.js";
import { follow, setLimits, showDial } from "./dials.js";
import { Hands } from "./hands.js";
import { showNearest } from "./nearest.js";
import { Plane } from "./plane.js";
import { Scribe } from "./scribe.js";
import * as source from "./source.js";
import * as states from "./state.js";

const $ = (id) => document.getElementById(id);
const DIALS = ["thickness", "slant", "variety"];
const ORDER = ["digit", "seed", "x", "y", ...DIALS, "first"];
const WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const state = fromAddress();
let hand = {}; // thickness and slant that the digit shown has by itself
const later = { address: 0, settled: 0, hands: 0 };
const model = await new Promise((known) => {
  const failed = (line, _, wait) => {
    trouble(line);
    if (!wait) known(null);
  };
  new Scribe(source.model, known, failed).ask({});
});
const classes = (model?.classes ?? []).slice(0, 10);

const plane = new Plane($("plane"), (x, y) => {
  Object.assign(state, { x, y });
  showChosen();
});
const hands = new Hands($("grid"), classes, (seed, digit) => {
  keepAddress("push");
  Object.assign(state, { seed, digit, x: 0, y: 0 });
  refresh();
  $("wander").scrollIntoView({ block: "nearest" });
});
const drawing = new Scribe(source.plane, shown, trouble);
const measuring = new Scribe(source.style, measured, () => {});
const comparing = new Scribe(source.nearest, compared, (line, wish) => compared(null, wish, line));

// The state and the address

function fromAddress() {
  const told = new URLSearchParams(location.search);
  const whole = (name, most) => {
    const words = told.get(name) ?? "";
    return /^[0-9]{1,15}$/.test(words) && Number(words) <= most ? Number(words) : undefined;
  };
  const seed = whole("seed", 1e15) ?? states.randomSeed();
  const read = { digit: whole("digit", 9) ?? 3, seed, x: whole("x", 11) ?? 0, y: whole("y", 11) ?? 0 };
  for (const name of DIALS) {
    const words = told.get(name);
    if (words !== null && /^-?[0-9]+(\.[0-9]+)?$/.test(words)) read[name] = Number(words);
  }
  read.first = whole("first", 1e15) ?? seed;
  return read;
}

function keepAddress(how = "replace") {
  clearTimeout(later.address);
  history[`${how}State`](null, "", toAddress(state));
}

/** The address of a state; the first hand of the grid only where it is another one. */
function toAddress({ first, ...rest }) {
  return states.toAddress(first === rest.seed ? rest : { first, ...rest }, ORDER);
}

// From the state to the page

function refresh() {
  state.digit = classes.length ? Math.min(state.digit ?? 3, classes.length - 1) : undefined;
  $("seed").value = state.seed;
  const label = document.querySelector(`[name="digit"][value="${state.digit}"]`);
  if (label) label.checked = true;
  showDials();
  plane.place(state.x, state.y);
  drawing.ask({ state: { ...state } });
  clearTimeout(later.hands);
  later.hands = setTimeout(() => hands.show(state), 150);
  showChosen();
}

function showDials() {
  for (const name of DIALS) showDial($(name), state[name], hand[name]);
}

/** Show the digit in the middle; when it stays, say what it is. */
function showChosen() {
  plane.drawChosen($("large"));
  $("where").textContent = where(state);
  $("large").setAttribute("aria-label", $("where").textContent);
  $("write").href = `./${states.toAddress({ text: "2026", ...state }, ["text", "seed", ...DIALS])}`;
  clearTimeout(later.address);
  later.address = setTimeout(keepAddress, 200);
  clearTimeout(later.settled);
  later.settled = setTimeout(() => {
    measuring.ask({ state: { ...state } });
    comparing.ask({ state: { ...state } });
  }, 250);
}

function where({ digit, seed, x, y }) {
  const name = classes[digit] ?? "digit";
  return `A ${WORDS[name] ?? name} of hand ${seed}, at ${x}, ${y}`.replace("A e", "An e");
}

function shown(picture, wish) {
  plane.show(picture);
  plane.drawChosen($("large"));
  trouble("");
  document.body.dataset.shown = toAddress(wish.state); // for tests
}

function measured(style, wish) {
  hand = { ...style };
  for (const name of DIALS) if (wish.state[name] !== undefined) delete hand[name];
  showDials();
  document.body.dataset.measured = toAddress(wish.state);
}

function compared(answer, wish, why) {
  const line = showNearest(answer, why);
  $("said").textContent = `${where(wish.state)}. ${line}`;
  document.body.dataset.compared = toAddress(wish.state);
}

function trouble(line) {
  if ($("trouble").textContent !== line) $("trouble").textContent = line;
}

// From people to the state

function newHand() {
  keepAddress();
  const seed = states.randomSeed();
  Object.assign(state, { seed, first: seed, x: 0, y: 0 });
  history.pushState(null, "", toAddress(state)); // Back leads to the hand before
  refresh();
}

$("digits").addEventListener("change", (event) => {
  state.digit = Number(event.target.value);
  refresh();
});
follow(state, DIALS, (seed) => (state.seed = state.first = seed), refresh);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  newHand();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.repeat && /^(Enter|n)$/i.test(event.key)) return event.preventDefault(); // once is enough
  if (event.target === $("seed")) return;
  if (event.key.toLowerCase() === "n") newHand();
  else if (/^[0-9]$/.test(event.key) && Number(event.key) < classes.length) {
    state.digit = Number(event.key);
    refresh();
  }
});
$("more").addEventListener("click", () => {
  state.first += hands.columns;
  keepAddress();
  hands.show(state);
});
$("share").addEventListener("click", () => {
  keepAddress();
  copy(location.href, $("share"), $("said"));
});
addEventListener("popstate", () => {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, fromAddress());
  refresh();
});

// The beginning

function offer(names) {
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
offer(classes);
refresh();

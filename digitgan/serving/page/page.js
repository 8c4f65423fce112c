// The page: what people touch changes the state, and the state is shown everywhere.

import { Characters } from "./characters.js";
import { copy } from "./copy.js";
import { follow, setLimits, showDial } from "./dials.js";
import { Scribe } from "./scribe.js";
import * as source from "./source.js";
import * as states from "./state.js";

const $ = (id) => document.getElementById(id);
const DIALS = ["thickness", "slant", "variety", "spacing", "noise"];
const state = states.fromAddress(location.search);
let hand = {}; // thickness and slant that the hand shown has by itself
let model = { name: "flagship" };
const later = { address: 0, said: 0 };

const characters = new Characters($("characters"), again);
const scribe = new Scribe(make, show, trouble);

// From the state to the page

function refresh({ animate = false } = {}) {
  $("text").value = state.text;
  $("seed").value = state.seed;
  showHand();
  document.querySelector(`[name="lines"][value="${state.lines ?? ""}"]`).checked = true;
  $("code").textContent = states.toPython(state, model.name);
  const walks = state.toward !== undefined;
  $("walk").setAttribute("aria-pressed", String(walks));
  for (const ending of ["png", "svg", "json", "gif"]) {
    $(ending).hidden = walks !== (ending === "gif");
    if (!$(ending).hidden) showFile(ending);
  }
  clearTimeout(later.address);
  later.address = setTimeout(keepAddress, 200);
  write(animate);
}

async function showFile(ending) {
  const url = source.href(state, ending);
  if (url instanceof Promise) $(ending).removeAttribute("href"); // no link before it leads there
  $(ending).download = `${states.fileName(state)}.${ending}`;
  $(ending).href = await url;
}

function keepAddress() {
  clearTimeout(later.address);
  history.replaceState(null, "", states.toAddress(state));
}

function write(animate) {
  const wrong = [...state.text].find((sign) => !states.SIGNS.test(sign));
  const empty = !state.text.trim();
  trouble(wrong ? `“${wrong}” cannot be written: digits, spaces and - . , : / + ( ) can.` : "");
  $("text").setAttribute("aria-invalid", String(Boolean(wrong)));
  $("picture").hidden = empty;
  $("characters").hidden = empty || state.toward !== undefined;
  $("take").inert = empty || Boolean(wrong);
  if (wrong || empty) return scribe.drop();
  return scribe.ask({ animate, state: { ...state } });
}

function showHand(names = DIALS) {
  for (const name of names) {
    const value = name === "spacing" && state.spacing ? states.heightsOf(state.spacing) : state[name];
    showDial($(name), value, hand[name], name === "spacing" && state.lines === "boxes");
  }
}

/** The picture of a state; that of a walk moves. */
async function make(state) {
  const { toward, ...still } = state;
  const answer = await source.number(still);
  if (toward !== undefined) answer.image = await source.film(state);
  const picture = new Image();
  picture.src = answer.image;
  await picture.decode().catch(() => {
    throw new source.Refusal("The server is busy. Trying again.", 1000);
  });
  return answer;
}

async function show(answer, wish) {
  const picture = $("picture");
  const walks = wish.state.toward !== undefined;
  picture.src = answer.image;
  picture.alt = `${answer.text} in handwriting${walks ? " that changes from hand to hand" : ""}`;
  picture.classList.remove("written");
  if (wish.animate && !walks) {
    void picture.offsetWidth; // lets the animation begin anew
    picture.classList.add("written");
  }
  $("sheet").classList.remove("old");
  if (!walks) characters.show(answer);
  trouble("");
  hand = { ...answer.style };
  for (const name of ["thickness", "slant"]) if (wish.state[name] !== undefined) delete hand[name];
  showHand(["thickness", "slant"]);
  clearTimeout(later.said);
  later.said = setTimeout(() => {
    const { thickness, slant } = answer.style;
    if (walks) return void ($("said").textContent = `${answer.text} on the way from hand ${answer.seed} to hand ${wish.state.toward}.`);
    const style = `strokes ${thickness.toFixed(1)} pixels, slant ${Math.round(slant)} degrees`;
    $("said").textContent = `${answer.text} in hand ${answer.seed}: ${style}.`;
  }, 500);
  document.body.dataset.shown = states.toPicture(wish.state); // for tests: what is on the sheet
}

function showModel(told) {
  model = told;
  setLimits(model.limits);
  showHand();
  $("code").textContent = states.toPython(state, model.name);
}

function showBoxes() {
  $("characters").classList.toggle("outlined", $("outlined").checked);
}

function trouble(line) {
  if ($("trouble").textContent !== line) $("trouble").textContent = line;
  $("sheet").classList.toggle("old", Boolean(line));
}

// From people to the state

/** Write one character anew, or take that back. */
function again(place, step) {
  state.rerolls = states.rerolled(state, place, step);
  refresh();
}

function takeHand(seed) {
  state.seed = seed;
  delete state.rerolls;
}

function newHand() {
  keepAddress();
  takeHand(states.randomSeed());
  history.pushState(null, "", states.toAddress(state)); // Back leads to the hand before
  refresh({ animate: true });
}

$("walk").addEventListener("click", () => {
  if (state.toward === undefined) state.toward = states.randomSeed();
  else delete state.toward;
  refresh();
});
$("text").addEventListener("input", (event) => {
  const words = event.target.value.replace(/[nN]/g, "");
  const wished = words !== event.target.value;
  state.rerolls = states.carried(state.rerolls, state.text, words);
  state.text = words;
  if (wished) newHand();
  else refresh();
});
follow(state, DIALS, takeHand, refresh, (name, value) => (name === "spacing" ? states.spacingOf(value) : value));
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
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.repeat && /^(Enter|[nw])$/i.test(event.key)) return event.preventDefault(); // once is enough
  const typing = event.target === $("text") || event.target === $("seed");
  if (event.key === "Enter" && event.target === $("text") && !event.shiftKey) {
    event.preventDefault();
    newHand();
  } else if (event.key.toLowerCase() === "n" && !typing) newHand();
  else if (event.key.toLowerCase() === "w" && !typing) $("walk").click();
});
addEventListener("popstate", () => {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, states.fromAddress(location.search));
  hand = {};
  refresh({ animate: true });
});

$("copy").addEventListener("click", () => copy($("code").textContent, $("copy"), $("said")));
$("share").addEventListener("click", () => {
  keepAddress();
  copy(location.href, $("share"), $("said"));
});

// The beginning

if (matchMedia("(hover: hover)").matches) $("text").focus({ preventScroll: true });
if (matchMedia("(prefers-reduced-motion: reduce)").matches) delete state.toward;
refresh({ animate: true });
new Scribe(source.model, showModel, () => {}).ask({});

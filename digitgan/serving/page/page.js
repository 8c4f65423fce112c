// The page: what people touch changes the state, and the state is shown everywhere.

import { Scribe } from "./scribe.js";
import * as source from "./source.js";
import * as states from "./state.js";

const $ = (id) => document.getElementById(id);
const DIALS = ["thickness", "slant", "variety", "spacing", "noise"];
const USUAL = { variety: 1, spacing: 0, noise: 0 };
const MARGIN = 16; // pixels around the picture, as in page.css
const state = states.fromAddress(location.search);
let size = [1, 1]; // of the picture
let hand = {}; // thickness and slant that the hand shown has by itself
let model = { name: "flagship", limits: {} };
const later = { address: 0, said: 0 };

const scribe = new Scribe(source.number, show, trouble);

// From the state to the page

function refresh({ animate = false } = {}) {
  $("text").value = state.text;
  $("seed").value = state.seed;
  for (const name of DIALS) showDial(name);
  document.querySelector(`[name="lines"][value="${state.lines ?? ""}"]`).checked = true;
  $("code").textContent = states.toPython(state, model.name);
  for (const ending of ["png", "svg", "json"]) showFile(ending);
  clearTimeout(later.address);
  later.address = setTimeout(keepAddress, 200);
  write(animate);
}

async function showFile(ending) {
  $(ending).download = `${states.fileName(state)}.${ending}`;
  $(ending).href = await source.href(state, ending);
}

function keepAddress() {
  clearTimeout(later.address);
  history.replaceState(null, "", states.toAddress(state));
}

function write(animate) {
  const wrong = [...state.text].find((sign) => !states.SIGNS.test(sign));
  const empty = !state.text.trim();
  trouble(wrong ? `“${wrong}” cannot be written: digits, spaces and - . , : / + ( ) can.` : "");
  $("picture").hidden = empty;
  showBoxes();
  $("take").inert = empty || Boolean(wrong);
  if (wrong || empty) return scribe.drop();
  return scribe.ask({ animate, state: { ...state } });
}

function showDial(name) {
  const slider = $(name);
  const own = hand[name] ?? USUAL[name] ?? (Number(slider.min) + Number(slider.max)) / 2;
  const set = state[name] !== undefined;
  const value = name === "spacing" && set ? states.heightsOf(state.spacing) : (state[name] ?? own);
  slider.value = value;
  slider.disabled = (name === "spacing" && state.lines === "boxes") || slider.dataset.off === "yes";
  const dial = slider.closest(".dial");
  dial.classList.toggle("unset", !set);
  dial.querySelector(".own").disabled = !set;
  const words = {
    thickness: `${value.toFixed(1)} px`,
    slant: `${Math.round(value)}°`.replace("-", "−"),
    variety: `${Math.round(100 * value)} %`,
    spacing: set ? `${Math.round(100 * value)} %` : "usual",
    noise: value ? `${Math.round(100 * value)} %` : "none",
  }[name];
  dial.querySelector(".value").textContent = words;
  slider.setAttribute("aria-valuetext", set ? words : `${words}, as it comes`);
}

async function show(answer, wish) {
  const picture = $("picture");
  const next = new Image();
  next.src = answer.image;
  await next.decode();
  picture.src = answer.image;
  picture.alt = `${answer.text} in handwriting`;
  picture.classList.remove("written");
  if (wish.animate) {
    void picture.offsetWidth; // lets the animation begin anew
    picture.classList.add("written");
  }
  $("sheet").classList.remove("old");
  size = [answer.width, answer.height];
  outline(answer.boxes);
  fit();
  trouble("");
  hand = { ...answer.style };
  for (const name of ["thickness", "slant"]) if (wish.state[name] !== undefined) delete hand[name];
  for (const name of ["thickness", "slant"]) showDial(name);
  clearTimeout(later.said);
  later.said = setTimeout(() => {
    const { thickness, slant } = answer.style;
    const style = `strokes ${thickness.toFixed(1)} pixels, slant ${Math.round(slant)} degrees`;
    $("said").textContent = `${answer.text} in hand ${answer.seed}: ${style}.`;
  }, 500);
  document.body.dataset.shown = states.toPicture(wish.state); // for tests: what is on the sheet
}

function showBoxes() {
  const shown = $("outlined").checked && state.text.trim();
  $("boxes").toggleAttribute("hidden", !shown); // an SVG has no property of that name
}

function outline(boxes) {
  $("boxes").replaceChildren(
    ...boxes.map(([left, top, right, bottom]) => {
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const sides = { x: left, y: top, width: right - left, height: bottom - top };
      for (const [name, value] of Object.entries(sides)) box.setAttribute(name, value);
      return box;
    }),
  );
}

/** Lay the boxes over the picture, which is centred and never enlarged. */
function fit() {
  const { clientWidth, clientHeight } = $("sheet");
  const room = [clientWidth - 2 * MARGIN, clientHeight - 2 * MARGIN];
  if (Math.min(...room) <= 0) return; // before the style is there
  const scale = Math.min(1, room[0] / size[0], room[1] / size[1]);
  const [width, height] = room.map((side) => side / scale);
  const view = [(size[0] - width) / 2, (size[1] - height) / 2, width, height];
  $("boxes").setAttribute("viewBox", view.join(" "));
}
new ResizeObserver(fit).observe($("sheet"));

function trouble(line) {
  if ($("trouble").textContent !== line) $("trouble").textContent = line;
  $("text").setAttribute("aria-invalid", String(Boolean(line)));
  $("sheet").classList.toggle("old", Boolean(line));
}

// From people to the state

function newHand() {
  keepAddress();
  state.seed = states.randomSeed();
  history.pushState(null, "", states.toAddress(state)); // Back leads to the hand before
  refresh({ animate: true });
}

$("text").addEventListener("input", (event) => {
  const words = event.target.value.replace(/[nN]/g, "");
  const wished = words !== event.target.value;
  state.text = words;
  if (wished) newHand();
  else refresh();
});
$("seed").addEventListener("input", (event) => {
  const good = /^[0-9]{1,15}$/.test(event.target.value);
  event.target.setAttribute("aria-invalid", String(!good));
  if (!good) return;
  state.seed = Number(event.target.value);
  refresh();
});
$("seed").addEventListener("blur", (event) => {
  event.target.value = state.seed;
  event.target.setAttribute("aria-invalid", "false");
});
for (const name of DIALS) {
  $(name).addEventListener("input", (event) => {
    const value = Number(event.target.value);
    state[name] = name === "spacing" ? states.spacingOf(value) : value;
    refresh();
  });
}
for (const button of document.querySelectorAll(".own")) {
  button.addEventListener("click", () => {
    delete state[button.dataset.of];
    refresh();
    $(button.dataset.of).focus();
  });
}
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
  const typing = event.target === $("text") || event.target === $("seed");
  if (event.key === "Enter" && event.target === $("text") && !event.shiftKey) {
    event.preventDefault();
    newHand();
  } else if (event.key.toLowerCase() === "n" && !typing) newHand();
});
addEventListener("popstate", () => {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, states.fromAddress(location.search));
  hand = {};
  refresh({ animate: true });
});

async function copy(words, button) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const field = document.createElement("textarea"); // without HTTPS there is no clipboard
    field.value = words;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "Copied";
  $("said").textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
}
$("copy").addEventListener("click", () => copy($("code").textContent, $("copy")));
$("share").addEventListener("click", () => {
  keepAddress();
  copy(location.href, $("share"));
});

// The beginning

if (matchMedia("(hover: hover)").matches) $("text").focus({ preventScroll: true });
refresh({ animate: true });
model = await source.model().catch(() => model);
for (const name of ["thickness", "slant"]) {
  const [low, high] = model.limits[name] ?? [0, 0];
  if (high === low) $(name).dataset.off = "yes";
  else [$(name).min, $(name).max] = name === "slant" ? [Math.ceil(low), Math.floor(high)] : [low, high];
  showDial(name);
}
$("code").textContent = states.toPython(state, model.name);

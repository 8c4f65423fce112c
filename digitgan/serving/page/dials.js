// A dial is a slider with a value in words and a button that gives it back to the hand.
// It is hollow where nothing is requested and the hand does as it does.

import { $, percent } from "./dom.js";
import { toSeed } from "./seeds.js";

// Label, what the button gives back; least, most, step. At their ends, both together, too, the
// shipped classifier still reads 95 of 100 digits right, which tests/test_sampler.py holds them
// to; the API and Python go as far as the model.
const DIALS = {
  thickness: ["Thickness", "as the hand has it", 1.4, 4.4, 0.1],
  slant: ["Slant", "as the hand has it", -23, 33, 1],
  variety: ["Variety", "all forms", 0, 1, 0.05],
  spacing: ["Spacing", "as usual", -0.3, 1, 0.05],
  noise: ["Scanner", "none", 0, 1, 0.05],
};
const DEFAULTS = { variety: 1, spacing: 0, noise: 0 };
const signed = (text) => text.replace("-", "−");
const FORMATS = {
  thickness: (value) => `${value.toFixed(1)} px`,
  slant: (value) => signed(`${Math.round(value)}°`),
  variety: percent,
  spacing: (value, set) => (set ? signed(percent(value)) : "usual"),
  noise: (value) => (value ? percent(value) : "none"),
};

for (const dial of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".dial"))) {
  const name = dial.dataset.of;
  const [label, back, least, most, step] = DIALS[name];
  dial.innerHTML = `<label for="${name}">${label}</label><span class="value" aria-hidden="true"></span>
    <button type="button" class="own" aria-label="${label}: ${back}" title="${label}: ${back}">↺</button>
    <input type="range" id="${name}" min="${least}" max="${most}" step="${step}">`;
}

/** Show what is requested, or else what the hand has by itself. */
export function showDial(slider, requested, own, off = false) {
  const set = requested !== undefined;
  const middle = (Number(slider.min) + Number(slider.max)) / 2;
  const value = requested ?? own ?? DEFAULTS[slider.id] ?? middle;
  const text = FORMATS[slider.id](value, set);
  const dial = slider.closest(".dial");
  slider.value = value;
  slider.disabled = off || slider.dataset.off === "yes";
  slider.setAttribute("aria-valuetext", set ? text : `${text}, as it comes`);
  dial.classList.toggle("unset", !set);
  dial.querySelector(".own").disabled = !set;
  dial.querySelector(".value").textContent = text;
}

/** Let the dials reach no farther than the model can, those that it lacks not at all; return their ends. */
export function setLimits(limits) {
  const ends = {};
  for (const name of ["thickness", "slant"]) {
    const slider = $(name);
    const [, , least, most, step] = DIALS[name];
    const [low, high] = limits[name] ?? [0, 0];
    if (high === low) {
      slider.dataset.off = "yes";
      continue;
    }
    const [min, max] = [Math.max(least, low), Math.min(most, high)];
    ends[name] = step === 1 ? [Math.ceil(min), Math.floor(max)] : [min, max];
    [slider.min, slider.max] = ends[name];
  }
  return ends;
}

/**
 * Let the field of the seed and the dials change a state.
 * @param onSeed called with another seed.
 * @param onChange called once the state has changed.
 * @param valueOf called with a dial's name and place; returns what the state has for it.
 */
export function connectControls(state, names, onSeed, onChange, valueOf = (_, value) => value) {
  const seed = $("seed");
  seed.addEventListener("input", () => {
    const typed = toSeed(seed.value);
    seed.setAttribute("aria-invalid", String(typed === undefined));
    if (typed === undefined) return;
    onSeed(typed);
    onChange();
  });
  seed.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // what was typed stays: the form would take a new hand
    seed.select();
  });
  seed.addEventListener("blur", () => {
    seed.value = state.seed;
    seed.setAttribute("aria-invalid", "false");
  });
  for (const name of names) {
    const slider = $(name);
    slider.addEventListener("input", () => {
      state[name] = valueOf(name, Number(slider.value));
      onChange();
    });
    slider.parentElement.querySelector(".own").addEventListener("click", () => {
      delete state[name];
      onChange();
      slider.focus();
    });
  }
}

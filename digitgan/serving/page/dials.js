// A dial is a slider with a value in words and a button that gives it back to the hand.
// It is hollow where nothing is asked for and the hand does as it does.

const DIALS = { // label, what the button gives back; least, most, step
  thickness: ["Thickness", "as the hand has it", 1.4, 4.9, 0.1],
  slant: ["Slant", "as the hand has it", -31, 40, 1],
  variety: ["Variety", "all forms", 0, 1, 0.05],
  spacing: ["Spacing", "as usual", -0.3, 1, 0.05],
  noise: ["Scanner", "none", 0, 1, 0.05],
};
const USUAL = { variety: 1, spacing: 0, noise: 0 };
const percent = (value) => `${Math.round(100 * value)} %`;
const WORDS = {
  thickness: (value) => `${value.toFixed(1)} px`,
  slant: (value) => `${Math.round(value)}°`.replace("-", "−"),
  variety: percent,
  spacing: (value, set) => (set ? percent(value) : "usual"),
  noise: (value) => (value ? percent(value) : "none"),
};

for (const dial of document.querySelectorAll(".dial")) {
  const name = dial.dataset.of;
  const [label, back, least, most, step] = DIALS[name];
  dial.innerHTML = `<label for="${name}">${label}</label><span class="value" aria-hidden="true"></span>
    <button type="button" class="own" aria-label="${label}: ${back}" title="${label}: ${back}">↺</button>
    <input type="range" id="${name}" min="${least}" max="${most}" step="${step}">`;
}

/** Show what is asked for, or else what the hand has by itself. */
export function showDial(slider, asked, own, off = false) {
  const set = asked !== undefined;
  const middle = (Number(slider.min) + Number(slider.max)) / 2;
  const value = asked ?? own ?? USUAL[slider.id] ?? middle;
  const words = WORDS[slider.id](value, set);
  const dial = slider.closest(".dial");
  slider.value = value;
  slider.disabled = off || slider.dataset.off === "yes";
  slider.setAttribute("aria-valuetext", set ? words : `${words}, as it comes`);
  dial.classList.toggle("unset", !set);
  dial.querySelector(".own").disabled = !set;
  dial.querySelector(".value").textContent = words;
}

/** Let the dials reach as far as the model can; those it does not know are off. */
export function setLimits(limits) {
  for (const name of ["thickness", "slant"]) {
    const slider = document.getElementById(name);
    const [low, high] = limits[name] ?? [0, 0];
    if (high === low) slider.dataset.off = "yes";
    else [slider.min, slider.max] = name === "slant" ? [Math.ceil(low), Math.floor(high)] : [low, high];
  }
}

/**
 * Let the field of the seed and the dials change a state.
 * @param taken called with another seed. @param changed called once the state has.
 * @param read called with a dial's name and place; returns what the state has for it.
 */
export function follow(state, names, taken, changed, read = (_, value) => value) {
  const seed = document.getElementById("seed");
  seed.addEventListener("input", () => {
    const good = /^[0-9]{1,15}$/.test(seed.value);
    seed.setAttribute("aria-invalid", String(!good));
    if (!good) return;
    taken(Number(seed.value));
    changed();
  });
  seed.addEventListener("blur", () => {
    seed.value = state.seed;
    seed.setAttribute("aria-invalid", "false");
  });
  for (const name of names) {
    const slider = document.getElementById(name);
    slider.addEventListener("input", () => {
      state[name] = read(name, Number(slider.value));
      changed();
    });
    slider.parentElement.querySelector(".own").addEventListener("click", () => {
      delete state[name];
      changed();
      slider.focus();
    });
  }
}

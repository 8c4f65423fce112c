// A dial is a slider with a value in words and a button that gives it back to the hand.
// It is hollow where nothing is asked for and the hand does as it does.

const USUAL = { variety: 1, spacing: 0, noise: 0 };
const percent = (value) => `${Math.round(100 * value)} %`;
const WORDS = {
  thickness: (value) => `${value.toFixed(1)} px`,
  slant: (value) => `${Math.round(value)}°`.replace("-", "−"),
  variety: percent,
  spacing: (value, set) => (set ? percent(value) : "usual"),
  noise: (value) => (value ? percent(value) : "none"),
};

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

// Keys that do something by themselves. People who speak to their computer, or brush
// against keys, can switch them off (WCAG 2.1.4); the browser remembers.

import { $, isShortcut } from "./dom.js";

const STORED = "digitgan-keys";

/**
 * Call a function by key, unless something is being typed or keys are off.
 * @param {Record<string, (key: string) => void>} actions by key, in lower case.
 */
export function listen(actions) {
  const on = $("keys-on");
  on.checked = localStorage.getItem(STORED) !== "off";
  on.addEventListener("change", () => localStorage.setItem(STORED, on.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (isShortcut(event) || !on.checked || !(key in actions)) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest("textarea, input:not([type=range], [type=radio], [type=checkbox])")) return;
    event.preventDefault();
    if (!event.repeat) actions[key](key); // once is enough
  });
}

export const areOn = () => $("keys-on").checked;

/** Let a button show an element on the whole screen, and leave it again. */
export function connectFullScreen(button, element) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else element.requestFullscreen();
  });
}

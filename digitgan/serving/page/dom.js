// What every page needs of the document and of numbers.

/** @returns {any} the element of an id. */
export const $ = (id) => document.getElementById(id);

export const percent = (share) => `${Math.round(100 * share)} %`;
export const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
export const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Steps to the right and down of an arrow key. */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Say whether a key is meant for the browser. */
export const isShortcut = (event) => event.ctrlKey || event.metaKey || event.altKey || event.isComposing;

/** Change a text where it differs: a live region would be read again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Say something to people who listen, and to those who look if it went wrong. */
export const announce = (text) => setText($("said"), text);

// What Learn in the tab is asked for, in the address of the page.

/** @type {Record<string, [number, number]>} */
const NUMBERS = { rate: [1e-4, 0.1], penalty: [0, 1], discriminatorSteps: [1, 5] };

/** Read the address; what makes no sense there is left out. */
export function settingsFromQuery(search) {
  const query = new URLSearchParams(search);
  const number = (name, [least, most]) => {
    const value = Number.parseFloat(query.get(name) ?? "");
    return value >= least && value <= most ? value : undefined;
  };
  const settings = {};
  for (const [name, range] of Object.entries(NUMBERS)) {
    const value = number(name, range);
    if (value !== undefined) settings[name] = name === "discriminatorSteps" ? Math.round(value) : value;
  }
  if (query.get("labels") === "off") settings.labels = false;
  return {
    seed: Math.floor(number("seed", [0, 1e9]) ?? 0),
    settings,
    running: query.get("start") !== "paused",
    pauseAfter: number("pauseAfter", [1, 1e9]), // real digits
  };
}

/** The address that asks for the same. */
export function toQuery({ seed, settings, running, pauseAfter }) {
  const query = new URLSearchParams();
  if (seed) query.set("seed", String(seed));
  for (const name of Object.keys(NUMBERS)) if (settings[name] !== undefined) query.set(name, String(settings[name]));
  if (settings.labels === false) query.set("labels", "off");
  if (!running) query.set("start", "paused");
  if (pauseAfter !== undefined) query.set("pauseAfter", String(pauseAfter));
  return `?${query}`;
}

// What Learn in the tab is asked for, in the address of the page.

/** @type {Record<string, [number, number]>} */
const NUMBERS = { rate: [1e-4, 0.1], penalty: [0, 1], discriminatorSteps: [1, 5], generatorSteps: [1, 5], latents: [1, 32] };

/** What a second run, from the same seed, has of its own: name, and settings. */
export const BESIDE = /** @type {Record<string, [string, object]>} */ ({
  penalty: ["without the penalty", { penalty: 0 }],
  rate: ["with a learning rate of 0.02", { rate: 0.02 }],
  steps: ["with five steps of the discriminator", { discriminatorSteps: 5 }],
  latents: ["with two latents", { latents: 2 }],
  labels: ["without labels", { labels: false }],
});

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
    if (value !== undefined) settings[name] = name === "rate" || name === "penalty" ? value : Math.round(value);
  }
  if (query.get("labels") === "off") settings.labels = false;
  return {
    seed: Math.floor(number("seed", [0, 1e9]) ?? 0),
    settings,
    running: query.get("start") !== "paused",
    beside: query.get("beside") in BESIDE ? query.get("beside") : "",
    device: query.get("device") === "webgpu" ? "webgpu" : "wasm",
    pauseAfter: number("pauseAfter", [1, 1e9]), // real digits
  };
}

/** The address that asks for the same. */
export function toQuery({ seed, settings, running, pauseAfter, beside, device }) {
  const query = new URLSearchParams();
  if (seed) query.set("seed", String(seed));
  for (const name of Object.keys(NUMBERS)) if (settings[name] !== undefined) query.set(name, String(settings[name]));
  if (settings.labels === false) query.set("labels", "off");
  if (beside) query.set("beside", beside);
  if (device !== "wasm") query.set("device", device);
  if (!running) query.set("start", "paused");
  if (pauseAfter !== undefined) query.set("pauseAfter", String(pauseAfter));
  return `?${query}`;
}

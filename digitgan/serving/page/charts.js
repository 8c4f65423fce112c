// Line charts and dot plots, as SVG.

import { mean } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 190;
const MARGIN = { left: 44, right: 70, top: 12, bottom: 34 };
const LETTER_WIDTH = 7.6; // pixels, on average

function make(name, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}

/** @returns {[SVGElement, number]} the chart, and its width. */
function newChart(place, height, label) {
  const width = Math.max(240, place.clientWidth);
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  place.replaceChildren(svg);
  return [svg, width];
}

/** Steps of 1, 2 or 5 times a power of ten, about so many. */
export function ticks(most, count) {
  if (!(most > 0)) return [0];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((n) => n * power >= rough) * power;
  const values = [];
  for (let n = 0; n * step <= most * 1.0001; n++) values.push(Number((n * step).toPrecision(6)));
  return values;
}

/**
 * Draw curves over epochs.
 * @param {{name: string, kind: string, values: (number | null)[]}[]} lines null leaves a gap.
 * @param {{epochs: number[], high: number, percent?: boolean, at: number | null,
 * label: string, unit?: string}} options how high the chart reaches, the epoch that a line marks, and
 * what stands for epochs where it is not these.
 */
export function lineChart(place, lines, options) {
  const { epochs, high, percent = false, at, label, unit = "epochs" } = options;
  const [svg, width] = newChart(place, HEIGHT, label);
  const last = Math.max(1, ...epochs);
  const right = Math.max(MARGIN.right, LETTER_WIDTH * Math.max(...lines.map((line) => line.name.length)) + 8);
  const x = (epoch) => MARGIN.left + ((width - MARGIN.left - right) * epoch) / last;
  const y = (value) => MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - value / high);
  const across = (value, kind) => {
    const level = y(value);
    svg.append(make("line", { x1: MARGIN.left, x2: width - right, y1: level, y2: level, class: kind }));
  };
  for (const value of percent ? [0, 0.5, 1] : ticks(high, 4)) {
    across(value, percent && value === 0.5 ? "half" : "axis");
    const text = percent ? `${100 * value} %` : String(value);
    svg.append(make("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, text));
  }
  for (const epoch of ticks(last, Math.max(2, width / 110)))
    svg.append(make("text", { x: x(epoch), y: HEIGHT - 14, "text-anchor": "middle" }, String(epoch)));
  svg.append(make("text", { x: width - right, y: HEIGHT - 14, dx: 14 }, unit));
  if (at !== null) svg.append(make("line", { x1: x(at), x2: x(at), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "at" }));
  const ends = [];
  for (const { name, kind, values } of lines) {
    let path = "";
    let end = null;
    values.forEach((value, i) => {
      if (value === null) {
        end = null;
        return;
      }
      path += `${end ? "L" : "M"}${x(epochs[i]).toFixed(1)} ${y(Math.min(value, high)).toFixed(1)}`;
      end = [x(epochs[i]), y(Math.min(value, high))];
    });
    svg.append(make("path", { d: path, class: kind }));
    if (end) ends.push({ name, kind, end, level: 0 });
  }
  ends.sort((a, b) => a.end[1] - b.end[1]);
  ends.forEach(({ name, kind, end }, i) => {
    const above = i ? ends[i - 1].level + 15 : 0;
    ends[i].level = Math.max(end[1] + 4, above);
    svg.append(make("text", { x: end[0] + 7, y: ends[i].level, class: kind }, name));
  });
}

/** Draw how real things look: rows [{name, kind, values}] of dots between 0 and 1. */
export function dotPlot(place, rows, label) {
  const row = 40;
  const height = row * rows.length + 30;
  const [svg, width] = newChart(place, height, label);
  const left = 64;
  const x = (value) => left + (width - left - 14) * value;
  for (const value of [0, 0.5, 1]) {
    const kind = value === 0.5 ? "half" : "axis";
    svg.append(make("line", { x1: x(value), x2: x(value), y1: 0, y2: row * rows.length, class: kind }));
  }
  const labels = { start: [0, "surely fake"], middle: [0.5, "cannot tell"], end: [1, "surely real"] };
  for (const [anchor, [value, text]] of Object.entries(labels))
    svg.append(make("text", { x: x(value), y: height - 10, "text-anchor": anchor }, String(text)));
  rows.forEach(({ name, kind, values }, i) => {
    const middle = row * (i + 0.5);
    svg.append(make("text", { x: 0, y: middle + 4, class: kind }, name));
    values.forEach((value, n) => {
      const spread = values.length > 1 ? (((n * 7) % 11) - 5) * 2.4 : 0;
      svg.append(make("circle", { cx: x(value), cy: middle + spread, r: values.length > 1 ? 4 : 9, class: kind }));
    });
    if (values.length > 1) {
      const average = x(mean(values));
      svg.append(make("line", { x1: average, x2: average, y1: middle - 17, y2: middle + 17, class: "mean" }));
    }
  });
}

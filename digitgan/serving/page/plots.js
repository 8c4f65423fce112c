// Curves and dots, as SVG.

const SVG = "http://www.w3.org/2000/svg";
const HIGH = 190;
const EDGE = { left: 44, right: 70, top: 12, bottom: 34 };
const LETTER = 7.6; // pixels of one, on average

function make(name, attributes = {}, words = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = words;
  return element;
}

function sheet(place, height, label) {
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
  const found = [];
  for (let n = 0; n * step <= most * 1.0001; n++) found.push(Number((n * step).toPrecision(6)));
  return found;
}

/**
 * Draw curves over epochs.
 * @param lines [{name, kind, values}]; null leaves a gap.
 * @param told {epochs, high, percent, at, label}
 */
export function curves(place, lines, told) {
  const [svg, width] = sheet(place, HIGH, told.label);
  const last = Math.max(1, ...told.epochs);
  const right = Math.max(EDGE.right, LETTER * Math.max(...lines.map((line) => line.name.length)) + 8);
  const x = (epoch) => EDGE.left + ((width - EDGE.left - right) * epoch) / last;
  const y = (value) => EDGE.top + (HIGH - EDGE.top - EDGE.bottom) * (1 - value / told.high);
  const across = (value, kind) => {
    const level = y(value);
    svg.append(make("line", { x1: EDGE.left, x2: width - right, y1: level, y2: level, class: kind }));
  };
  for (const value of told.percent ? [0, 0.5, 1] : ticks(told.high, 4)) {
    across(value, told.percent && value === 0.5 ? "half" : "axis");
    const words = told.percent ? `${100 * value} %` : String(value);
    svg.append(make("text", { x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, words));
  }
  for (const epoch of ticks(last, Math.max(2, width / 110)))
    svg.append(make("text", { x: x(epoch), y: HIGH - 14, "text-anchor": "middle" }, String(epoch)));
  svg.append(make("text", { x: width - right, y: HIGH - 14, dx: 14 }, "epochs"));
  if (told.at !== null) svg.append(make("line", { x1: x(told.at), x2: x(told.at), y1: EDGE.top, y2: HIGH - EDGE.bottom, class: "at" }));
  const ends = [];
  for (const { name, kind, values } of lines) {
    let path = "";
    let end = null;
    values.forEach((value, i) => {
      if (value === null) return (end = null);
      path += `${end ? "L" : "M"}${x(told.epochs[i]).toFixed(1)} ${y(Math.min(value, told.high)).toFixed(1)}`;
      end = [x(told.epochs[i]), y(Math.min(value, told.high))];
    });
    svg.append(make("path", { d: path, class: kind }));
    if (end) ends.push({ name, kind, end });
  }
  ends.sort((a, b) => a.end[1] - b.end[1]);
  ends.forEach(({ name, kind, end }, i) => {
    const above = i ? ends[i - 1].level + 15 : 0;
    ends[i].level = Math.max(end[1] + 4, above);
    svg.append(make("text", { x: end[0] + 7, y: ends[i].level, class: kind }, name));
  });
}

/** Draw how real things look: rows of dots between 0 and 1. @param rows [{name, kind, values}] */
export function scale(place, rows, label) {
  const row = 40;
  const height = row * rows.length + 30;
  const [svg, width] = sheet(place, height, label);
  const left = 64;
  const x = (value) => left + (width - left - 14) * value;
  for (const value of [0, 0.5, 1]) {
    const kind = value === 0.5 ? "half" : "axis";
    svg.append(make("line", { x1: x(value), x2: x(value), y1: 0, y2: row * rows.length, class: kind }));
  }
  const words = [["start", 0, "surely fake"], ["middle", 0.5, "cannot tell"], ["end", 1, "surely real"]];
  for (const [anchor, value, text] of words)
    svg.append(make("text", { x: x(value), y: height - 10, "text-anchor": anchor }, text));
  rows.forEach(({ name, kind, values }, i) => {
    const middle = row * (i + 0.5);
    svg.append(make("text", { x: 0, y: middle + 4, class: kind }, name));
    values.forEach((value, n) => {
      const spread = values.length > 1 ? (((n * 7) % 11) - 5) * 2.4 : 0;
      svg.append(make("circle", { cx: x(value), cy: middle + spread, r: values.length > 1 ? 4 : 9, class: kind }));
    });
    if (values.length > 1) {
      const mean = x(values.reduce((sum, value) => sum + value, 0) / values.length);
      svg.append(make("line", { x1: mean, x2: mean, y1: middle - 17, y2: middle + 17, class: "mean" }));
    }
  });
}

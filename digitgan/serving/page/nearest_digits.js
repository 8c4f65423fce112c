// Is it a copy? The nearest real digits, and how far away they are, compared with how far
// real digits are from one another.

import { $ } from "./dom.js";

const count = (value) => Math.round(value).toLocaleString("en");

/** Show an answer, or a line that says why there is none; return the line. */
export function showNearest(answer, line) {
  $("near").hidden = !answer;
  $("verdict").textContent = answer ? verdict(answer) : line;
  if (!answer) return line;
  $("neighbours").replaceChildren(
    figure(answer.image, "drawn", "the chosen digit", "mine"),
    ...answer.neighbours.map(({ image, distance }) => figure(image, count(distance), `a real digit, ${count(distance)} away`)),
  );
  scale(answer);
  return verdict(answer);
}

function verdict({ distance, typical, among }) {
  const nearest = `The nearest of ${count(among)} real ones is ${count(distance)} away, as one adds up the differences of all pixels.`;
  const usual = `Half of the real ones have another real one at ${count(typical.low)} to ${count(typical.high)}; a copy would be at 0.`;
  return `${nearest} ${usual} ${meaning(distance, typical)}`;
}

function meaning(distance, { low, high }) {
  if (distance < low / 2) return "So this one is nearly a training digit.";
  if (distance < low) return "So it lies close to a training digit, as some real ones do.";
  if (distance <= high) return "So it lies as far from the training digits as they lie from one another.";
  return "So it lies farther from the training digits than most real ones from one another.";
}

function figure(image, text, alt, kind = "") {
  const item = document.createElement("li");
  item.className = kind;
  const sheet = document.createElement("div");
  sheet.className = "sheet";
  const picture = Object.assign(new Image(), { src: image, alt, className: "ink" });
  sheet.append(picture);
  const caption = document.createElement("span");
  caption.textContent = text;
  caption.ariaHidden = "true";
  item.append(sheet, caption);
  return item;
}

/** Draw a line from 0, a copy, with the usual distances and these. */
function scale({ neighbours, typical }) {
  const most = 1.12 * Math.max(typical.high, neighbours.at(-1).distance);
  const at = (value) => `${(100 * value) / most}%`;
  const wide = `${(100 * (typical.high - typical.low)) / most}%`;
  const marks = neighbours.map(({ distance }, i) => `<circle class="${i ? "" : "first"}" cx="${at(distance)}" cy="30" r="${i ? 4 : 7}"/>`);
  $("scale").setAttribute("aria-label", "The same distances on a line that begins with a copy at 0");
  $("scale").innerHTML = `<line x1="0" x2="100%" y1="30" y2="30"/>
    <rect x="${at(typical.low)}" width="${wide}" y="18" height="24" rx="6"/>
    <line class="copy" x1="1" x2="1" y1="18" y2="42"/>
    ${marks.reverse().join("")}
    <text x="0" y="64">0: a copy</text>
    <text x="${at((typical.low + typical.high) / 2)}" y="64" text-anchor="middle">between real ones</text>`;
}

// Pages of strokes as SVG and as PDF; what is drawn is said in digitgan/handwriting/vector_graphics.py.

import { vector_graphics } from "../constants.js";
import { rint } from "./numpy.js";

/** Return a page as SVG, a path for each character with its name as its title. */
export function toSvg({ width, height, lines, outlines, labels }, title) {
  const printed = lines.map(([left, top, right, bottom]) => `M${left} ${top}H${right}V${bottom}H${left}Z`).join("");
  const ruling = lines.length ? `<path fill="${colour(255 - vector_graphics.LINE_INK)}" d="${printed}"/>\n` : "";
  const strokes = outlines.map((one, i) => `<path d="${one.map(path).join("")}"><title>${labels[i]}</title></path>\n`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" fill="#000000">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${ruling}${strokes.join("")}</svg>
`;
}

/** Return a page as PDF: a Blob. */
export function toPdf({ width, height, lines, outlines }) {
  const { PDF_OBJECTS, POINTS, LINE_INK } = vector_graphics;
  const drawn = [`${POINTS} 0 0 ${-POINTS} 0 ${POINTS * height} cm`, `1 g 0 0 ${width} ${height} re f`];
  drawn.push(`${((255 - LINE_INK) / 255).toFixed(3)} g`);
  for (const [left, top, right, bottom] of lines) drawn.push(`${left} ${top} ${right - left} ${bottom - top} re f`);
  drawn.push("0 g");
  for (const one of outlines) {
    for (const outline of one) {
      const numbers = outline.map((curve) => curve.map((value) => value.toFixed(2)));
      drawn.push(`${numbers.at(-1).slice(4).join(" ")} m`, ...numbers.map((curve) => `${curve.join(" ")} c`));
    }
    drawn.push("f");
  }
  const stream = drawn.join("\n");
  const size = [POINTS * width, POINTS * height];
  const bodies = PDF_OBJECTS.map((body) => body.replace("{} {}", size.join(" ")));
  bodies.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  let file = "%PDF-1.4\n";
  let table = "";
  bodies.forEach((body, i) => {
    table += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  const count = bodies.length + 1;
  const end = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return new Blob([`${file}xref\n0 ${count}\n0000000000 65535 f \n${table}${end}`], { type: "application/pdf" });
}

function path(outline) {
  const hundredths = outline.map((curve) => curve.map((value) => rint(100 * value)));
  let last = hundredths.at(-1).slice(4);
  const start = `M${number(last[0])} ${number(last[1])}`;
  const numbers = hundredths.flatMap((curve) => {
    const relative = curve.map((value, i) => value - last[i % 2]);
    last = curve.slice(4);
    return relative;
  });
  const joined = numbers.map(number).map((text) => (text[0] === "-" ? text : ` ${text}`));
  return `${start}c${joined.join("").trimStart()}z`;
}

/** Return a number of hundredths, as short as SVG allows. */
const number = (hundredths) => String(hundredths / 100).replace(/^(-?)0\./, "$1.");

const colour = (grey) => `#${grey.toString(16).padStart(2, "0").repeat(3)}`;

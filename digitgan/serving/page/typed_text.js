// What people type and paste, as it can be written: other digits, dashes and spaces mean
// what they look like.

import { punctuation } from "./constants.js";

export const MAX_TEXT = 200; // characters, as the server has it
const CHARACTERS = `0123456789 \n${punctuation.PUNCTUATION}`;
const ZEROS = ["\u0660", "\u06f0", "\u0966"]; // Arabic-Indic, Persian, Devanagari
const DASHES = /[\u00ad\u2010-\u2015\u2212\ufe58]/g;

/** Return a text with the characters that are meant. */
export function meant(text) {
  const plain = text.normalize("NFKC").replace(/\r\n?/g, "\n").replace(DASHES, "-").replace(/[\u2044\u2215]/g, "/");
  return plain.replace(/[^\S\n]/g, " ").replace(/\p{Nd}/gu, (digit) => {
    const zero = ZEROS.find((one) => digit >= one && digit.codePointAt(0) < one.codePointAt(0) + 10);
    return zero ? String(digit.codePointAt(0) - zero.codePointAt(0)) : digit;
  });
}

/** Say why a text cannot be written, if it cannot. */
export function refusal(text) {
  const wrong = [...text].find((character) => !CHARACTERS.includes(character));
  if (wrong) return `“${wrong}” cannot be written: digits, spaces and ${[...punctuation.PUNCTUATION].join(" ")} can.`;
  return text.length > MAX_TEXT ? `${text.length} characters are too many for one picture: ${MAX_TEXT} fit.` : "";
}

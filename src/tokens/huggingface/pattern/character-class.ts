// Characters in Oniguruma's syntax (https://github.com/kkos/oniguruma/blob/master/doc/RE): classes, escapes, properties,
// written as classes of JavaScript's `v` syntax.
import type { FileFaults } from "../tokenizer-fault.js";

/** Where the reader stands in a pattern. */
export interface Cursor {
  readonly text: string;
  at: number;
}

export const takeCharacter = (cursor: Cursor): string => {
  const code = cursor.text.codePointAt(cursor.at);
  if (code === undefined) return "";
  const character = String.fromCodePoint(code);
  cursor.at += character.length;
  return character;
};

/** White_Space, as Oniguruma and Rust mean `\s`. JavaScript's own differs by U+0085 and U+FEFF. */
export const space = "\\p{White_Space}";

/** `\w` of Oniguruma, which has the small figures and fractions of Latin-1 too. */
export const word = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u00b2\\u00b3\\u00b9\\u00bc-\\u00be]";

const setEscapes: Readonly<Record<string, string>> = {
  s: space,
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: word,
  W: `[^${word}]`,
  h: "[0-9A-Fa-f]",
  H: "[^0-9A-Fa-f]",
};

const controls: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  a: "\x07",
  e: "\x1b",
};

/** Names of Oniguruma and POSIX that JavaScript has not, in small letters. */
const properties: Readonly<Record<string, string>> = {
  alnum: "[\\p{Alphabetic}\\p{Nd}]",
  alpha: "\\p{Alphabetic}",
  any: "\\p{Any}",
  ascii: "\\p{ASCII}",
  assigned: "\\p{Assigned}",
  blank: "[\\p{Zs}\\t]",
  cntrl: "\\p{Cc}",
  digit: "\\p{Nd}",
  lower: "\\p{Lowercase}",
  punct: "\\p{P}",
  space,
  upper: "\\p{Uppercase}",
  word,
  xdigit: "[0-9A-Fa-f]",
};

/** One character or range end in a class. */
export const literal = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** What follows a backslash: a single character, or a set of them. */
export type Escape = { readonly character: string } | { readonly set: string };

/** Reads an escape, its backslash taken already. */
export function readEscape(cursor: Cursor, faults: FileFaults): Escape {
  const letter = takeCharacter(cursor);
  const set = Object.hasOwn(setEscapes, letter) ? setEscapes[letter] : undefined;
  if (set !== undefined) return { set };
  if (letter === "p" || letter === "P") return { set: readProperty(cursor, letter === "P", faults) };
  const control = Object.hasOwn(controls, letter) ? controls[letter] : undefined;
  if (control !== undefined) return { character: control };
  if (letter === "x" || letter === "u") return { character: readCode(cursor, letter, faults) };
  if (letter === "" || /[A-Za-z0-9]/.test(letter)) throw faults.unsupported(`the escape \\${letter} in a pattern`);
  return { character: letter };
}

function readCode(cursor: Cursor, letter: string, faults: FileFaults): string {
  const digits =
    letter === "x" ? /\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{1,2})/y : /\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4})/y;
  digits.lastIndex = cursor.at;
  const found = digits.exec(cursor.text);
  const code = Number.parseInt(found?.[1] || found?.[2] || "x", 16);
  if (!(code <= 0x10ffff)) throw faults.damaged("a pattern names a character by a number that is none");
  cursor.at = digits.lastIndex;
  return String.fromCodePoint(code);
}

function readProperty(cursor: Cursor, negatedLetter: boolean, faults: FileFaults): string {
  const braces = /\{(\^?)([A-Za-z][\w =-]{0,60})\}/y;
  braces.lastIndex = cursor.at;
  const found = braces.exec(cursor.text);
  if (found === null) throw faults.damaged("a pattern has \\p without a property");
  cursor.at = braces.lastIndex;
  const set = propertySet(found[2] ?? "");
  if (set === undefined) throw faults.unsupported(`the property ${found[2]} in a pattern`);
  const negated = negatedLetter !== (found[1] === "^");
  return negated ? `[^${set}]` : set;
}

function propertySet(name: string): string | undefined {
  const known = Object.hasOwn(properties, name.toLowerCase()) ? properties[name.toLowerCase()] : undefined;
  if (known !== undefined) return known;
  const capital = name.slice(0, 1).toUpperCase() + name.slice(1).toLowerCase();
  return [name, capital, `Script=${name}`, `Script=${capital}`].map((known) => `\\p{${known}}`).find(isProperty);
}

/** Under `u`, so that properties of whole strings are none. */
function isProperty(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

const deepestClass = 20;

/** Reads a class, its opening bracket taken already. Unions, nested classes, `&&` and POSIX brackets are understood. */
export function readClass(cursor: Cursor, faults: FileFaults, depth = 0): string {
  if (depth > deepestClass) throw faults.damaged("a pattern nests character classes too deeply");
  const negated = cursor.text[cursor.at] === "^";
  if (negated) cursor.at++;
  const operands: string[][] = [[]];
  const add = (item: string) => operands.at(-1)?.push(item);
  for (;;) {
    const character = takeCharacter(cursor);
    if (character === "") throw faults.damaged("a pattern has a character class without an end");
    if (character === "]") break;
    if (character === "&" && cursor.text[cursor.at] === "&") {
      cursor.at++;
      operands.push([]);
      continue;
    }
    if (character === "[") {
      add(readPosix(cursor, faults) ?? readClass(cursor, faults, depth + 1));
      continue;
    }
    const first = character === "\\" ? readEscape(cursor, faults) : { character };
    if ("set" in first) add(first.set);
    else add(readRange(cursor, first.character, faults));
  }
  if (operands.some((items) => items.length === 0)) throw faults.damaged("a pattern has an empty character class");
  const sets = operands.map((items) => items.join(""));
  const inside = sets.length === 1 ? sets[0] : sets.map((items) => `[${items}]`).join("&&");
  return `[${negated ? "^" : ""}${inside}]`;
}

function readRange(cursor: Cursor, first: string, faults: FileFaults): string {
  const isRange = cursor.text[cursor.at] === "-" && !/^-(\]|\[|&&|$)/.test(cursor.text.slice(cursor.at, cursor.at + 3));
  if (!isRange) return literal(first);
  cursor.at++;
  const character = takeCharacter(cursor);
  const last = character === "\\" ? readEscape(cursor, faults) : { character };
  if ("set" in last) return `${literal(first)}\\-${last.set}`;
  if ((last.character.codePointAt(0) ?? 0) < (first.codePointAt(0) ?? 0))
    throw faults.damaged("a pattern has a range of characters that runs backwards");
  return `${literal(first)}-${literal(last.character)}`;
}

function readPosix(cursor: Cursor, faults: FileFaults): string | undefined {
  const bracket = /:(\^?)([a-z]{1,10}):\]/y;
  bracket.lastIndex = cursor.at;
  const found = bracket.exec(cursor.text);
  if (found === null) return undefined;
  cursor.at = bracket.lastIndex;
  // In brackets Oniguruma counts symbols as punctuation, which `\p{Punct}` does not.
  const set = found[2] === "punct" ? "[\\p{P}\\p{S}]" : properties[found[2] ?? ""];
  if (set === undefined) throw faults.unsupported(`the class [:${found[2]}:] in a pattern`);
  return found[1] === "^" ? `[^${set}]` : set;
}

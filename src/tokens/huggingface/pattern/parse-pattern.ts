// Reads the patterns of tokenizer files: Oniguruma's Ruby syntax, as far as it can be matched in linear time.
// Refused: back-references, and looking ahead or behind by more than one character.
// Syntax: https://github.com/kkos/oniguruma/blob/master/doc/RE
import type { FileFaults } from "../tokenizer-fault.js";
import { type Cursor, literal, readClass, readEscape, takeCharacter, word } from "./character-class.js";
import { type CharacterSet, choice, look, nothing, one, type PatternNode, sequence } from "./node.js";

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotTakesNewline: boolean;
}

const longestPattern = 20_000;
const deepestGroup = 50;
const mostRepeats = 1_000;

const none: CharacterSet = { source: "[]", ignoreCase: false };
const newline: CharacterSet = { source: "[\\n]", ignoreCase: false };
const words: CharacterSet = { source: word, ignoreCase: false };

const isWord = (side: "before" | "after") => look(side, words, { negated: false, atEdge: false });
const noWord = (side: "before" | "after") => look(side, words, { negated: true, atEdge: true });

const anchors: Readonly<Record<string, PatternNode>> = {
  "^": look("before", newline, { negated: false, atEdge: true }),
  $: look("after", newline, { negated: false, atEdge: true }),
  "\\A": look("before", none, { negated: false, atEdge: true }),
  "\\z": look("after", none, { negated: false, atEdge: true }),
  "\\b": choice(sequence(isWord("before"), noWord("after")), sequence(noWord("before"), isWord("after"))),
  "\\B": choice(sequence(isWord("before"), isWord("after")), sequence(noWord("before"), noWord("after"))),
};

/** @throws TrunklineError `invalid_request` where the pattern is damaged or cannot be matched in linear time. */
export function parsePattern(text: string, faults: FileFaults): PatternNode {
  if (text.length > longestPattern) throw faults.damaged(`a pattern is longer than ${longestPattern} characters`);
  const cursor: Cursor = { text, at: 0 };
  const node = readChoice(cursor, { ignoreCase: false, dotTakesNewline: false }, faults, 0);
  if (cursor.at < text.length) throw faults.damaged("a pattern closes a group that it never opened");
  return node;
}

function readChoice(cursor: Cursor, flags: Flags, faults: FileFaults, depth: number): PatternNode {
  if (depth > deepestGroup) throw faults.damaged("a pattern nests groups too deeply");
  const options: PatternNode[] = [];
  let items: PatternNode[] = [];
  let current = flags;
  const close = () => {
    const [only] = items;
    options.push(items.length === 1 && only !== undefined ? only : { kind: "sequence", items });
    items = [];
  };
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ")") {
    if (cursor.text[cursor.at] === "|") {
      cursor.at++;
      close();
      continue;
    }
    const switched = readFlags(cursor, current, faults, /\(\?([a-z-]+)\)/y);
    if (switched !== undefined) {
      current = switched;
      continue;
    }
    items.push(readQuantified(cursor, current, faults, depth));
  }
  close();
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
}

/** `(?i)` for the rest of the group, `(?i:` for a group of its own; undefined where none of them stands here. */
function readFlags(cursor: Cursor, flags: Flags, faults: FileFaults, form: RegExp): Flags | undefined {
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.text);
  if (found === null) return undefined;
  cursor.at = form.lastIndex;
  const [on = "", off = ""] = (found[1] ?? "").split("-");
  if (!/^[im]*$/.test(on + off)) throw faults.unsupported(`the option (?${found[1]}) in a pattern`);
  const set = (letter: string, now: boolean) => (on.includes(letter) ? true : off.includes(letter) ? false : now);
  return { ignoreCase: set("i", flags.ignoreCase), dotTakesNewline: set("m", flags.dotTakesNewline) };
}

function readQuantified(cursor: Cursor, flags: Flags, faults: FileFaults, depth: number): PatternNode {
  let node = readAtom(cursor, flags, faults, depth);
  for (;;) {
    const counts = readCounts(cursor, faults);
    if (counts === undefined) return node;
    const mark = cursor.text[cursor.at];
    // In Ruby's syntax a plus after braces is a quantifier of its own.
    const possessive = mark === "+" && !counts.braces;
    const lazy = mark === "?" && !(counts.braces && counts.least === counts.most);
    if (possessive || lazy) cursor.at++;
    const repeated: PatternNode = { kind: "repeat", item: node, least: counts.least, most: counts.most, lazy };
    node = possessive ? withoutGivingBack(repeated, faults) : repeated;
  }
}

interface Counts {
  readonly least: number;
  readonly most: number;
  readonly braces: boolean;
}

const unbounded = Number.POSITIVE_INFINITY;
const simpleCounts: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, unbounded],
  "+": [1, unbounded],
  "?": [0, 1],
};

function readCounts(cursor: Cursor, faults: FileFaults): Counts | undefined {
  const simple = simpleCounts[cursor.text[cursor.at] ?? ""];
  if (simple !== undefined) {
    cursor.at++;
    return { least: simple[0], most: simple[1], braces: false };
  }
  const form = /\{(\d{0,6})(,?)(\d{0,6})\}/y;
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.text);
  const [, low = "", comma = "", high = ""] = found ?? [];
  if (found === null || (low === "" && high === "")) return undefined;
  cursor.at = form.lastIndex;
  const least = Number(low || 0);
  const most = comma === "" ? least : high === "" ? unbounded : Number(high);
  if (least > most) throw faults.damaged("a pattern repeats something at least more often than at most");
  if (least > mostRepeats || (most !== unbounded && most > mostRepeats))
    throw faults.unsupported(`a pattern that repeats something more than ${mostRepeats} times`);
  return { least, most, braces: true };
}

/** `x++`: having taken all it can, it gives nothing back. For a single character: no other one may follow. */
function withoutGivingBack(node: PatternNode, faults: FileFaults): PatternNode {
  if (node.kind === "set") return node;
  if (node.kind !== "repeat" || node.item.kind !== "set" || node.lazy)
    throw faults.unsupported("a pattern with a possessive group");
  const end = look("after", node.item.set, { negated: true, atEdge: true });
  if (node.most === unbounded) return sequence(node, end);
  if (node.least === 0 && node.most === 1) return choice(node.item, end);
  throw faults.unsupported("a pattern with a possessive group");
}

function readAtom(cursor: Cursor, flags: Flags, faults: FileFaults, depth: number): PatternNode {
  const character = takeCharacter(cursor);
  if (character === "(") return readGroup(cursor, flags, faults, depth);
  if (character === "[") return one(readClass(cursor, faults), flags.ignoreCase);
  if (character === ".") return one(flags.dotTakesNewline ? "[\\p{Any}]" : "[^\\n]");
  if (character === "*" || character === "+" || character === "?") throw faults.damaged("a pattern repeats nothing");
  const anchor = anchors[character === "\\" ? `\\${cursor.text[cursor.at] ?? ""}` : character];
  if (anchor !== undefined) {
    if (character === "\\") cursor.at++;
    return anchor;
  }
  if (character !== "\\") return one(`[${literal(character)}]`, flags.ignoreCase);
  const escaped = readEscape(cursor, faults);
  return "set" in escaped
    ? one(`[${escaped.set}]`, flags.ignoreCase)
    : one(`[${literal(escaped.character)}]`, flags.ignoreCase);
}

const groupForms = [
  ["(?:", "plain"],
  ["(?>", "atomic"],
  ["(?=", "after"],
  ["(?!", "not-after"],
  ["(?<=", "before"],
  ["(?<!", "not-before"],
] as const;

function readGroup(cursor: Cursor, flags: Flags, faults: FileFaults, depth: number): PatternNode {
  const start = cursor.at - 1;
  const comment = /\(\?#[^)]*\)/y;
  comment.lastIndex = start;
  if (comment.test(cursor.text)) {
    cursor.at = comment.lastIndex;
    return nothing;
  }
  const [opening, kind] = groupForms.find(([form]) => cursor.text.startsWith(form, start)) ?? ["(", "plain"];
  cursor.at = start;
  const own = readFlags(cursor, flags, faults, /\(\?([a-z-]+):/y);
  if (own === undefined) {
    const named = /\(\?<[A-Za-z_]\w{0,60}>/y;
    named.lastIndex = start;
    cursor.at = named.test(cursor.text) ? named.lastIndex : start + opening.length;
    if (opening === "(" && cursor.text[cursor.at] === "?") throw faults.unsupported("a pattern with a group (?…)");
  }
  const body = readChoice(cursor, own ?? flags, faults, depth + 1);
  if (takeCharacter(cursor) !== ")") throw faults.damaged("a pattern has a group without an end");
  if (kind === "plain") return body;
  if (kind === "atomic") return withoutGivingBack(body, faults);
  return lookOf(kind, body, faults);
}

/** Looking at one character is a question of class; `(?=\s|\z)` is the same with an edge. More is refused. */
function lookOf(
  kind: "after" | "not-after" | "before" | "not-before",
  body: PatternNode,
  faults: FileFaults,
): PatternNode {
  const side = kind.endsWith("after") ? "after" : "before";
  const negated = kind.startsWith("not");
  const options = body.kind === "choice" ? body.options : [body];
  const asked = options.map((option) => {
    if (option.kind === "set") return { set: option.set, atEdge: false };
    if (option.kind === "look" && option.look.side === side && !option.look.negated) return option.look;
    throw faults.unsupported("a pattern that looks ahead or behind by more than one character");
  });
  const ignoreCase = asked.some(({ set }) => set.ignoreCase);
  const source = `[${asked.map(({ set }) => set.source).join("")}]`;
  return look(side, { source, ignoreCase }, { negated, atEdge: negated !== asked.some(({ atEdge }) => atEdge) });
}

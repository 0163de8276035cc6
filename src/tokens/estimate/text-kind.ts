// What kind of text it is, told from how many units of each class it has: estimates err differently on each.
import { unitClasses } from "./unit-classes.js";

/** `latin`: prose in Latin letters that is not English. `opaque`: keys, hashes, base64. `symbols`: emoji, box drawing. */
export const textKinds = [
  "english",
  "latin",
  "code",
  "markup",
  "numbers",
  "cjk",
  "scripts",
  "symbols",
  "opaque",
] as const;
export type TextKind = (typeof textKinds)[number];

type Group = "blank" | "lower" | "upper" | "accented" | "digit" | "mark" | "cjk" | "scripts" | "symbols";
const groups: readonly Group[] = ["blank", "lower", "upper", "accented", "digit", "mark", "cjk", "scripts", "symbols"];

const cjk = new Set(["han", "hiragana", "katakana", "hangul", "jamo", "cjk mark", "fullwidth", "supplementary han"]);
const symbols = new Set(["emoji", "symbol", "box", "variation", "private", "supplementary", "control"]);

const groupOfClass = Uint8Array.from(unitClasses, ({ name, kind, script }) => {
  if (kind === "script") {
    const group = cjk.has(script ?? name) || cjk.has(name) ? "cjk" : symbols.has(name) ? "symbols" : "scripts";
    return groups.indexOf(group);
  }
  const blank = kind === "space" || kind === "newline" || kind === "tab" || kind === "return";
  return groups.indexOf(blank ? "blank" : kind);
});

/**
 * The kind of a text by its units of each class, and the tokens that were estimated for it. The shares were chosen on
 * texts whose kind is known; a text that is two things at once is what costs more.
 *
 * @param englishRate tokens that a letter of English prose costs; more is taken for another language
 */
export function kindOfText(classes: Int32Array, tokens: number, englishRate: number): TextKind {
  const sums = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let index = 0; index < groupOfClass.length; index++) {
    const group = groupOfClass[index] ?? 0;
    sums[group] = (sums[group] ?? 0) + (classes[index] ?? 0);
  }
  const [blank = 0, lower = 0, upper = 0, accented = 0, digit = 0, mark = 0, eastern = 0, other = 0, signs = 0] = sums;
  const letters = lower + upper + accented;
  const ink = letters + digit + mark + eastern + other + signs;
  if (ink === 0) return "code";
  if (signs > ink * 0.08) return "symbols";
  if (eastern > ink * 0.25) return "cjk";
  if (other > ink * 0.25) return "scripts";
  if (blank < ink * 0.04 && digit > letters * 0.08 && mark < ink * 0.25) return letters > 0 ? "opaque" : "numbers";
  if (digit > ink * 0.35) return "numbers";
  if (mark > ink * 0.2) return "markup";
  if (mark > ink * 0.09) return "code";
  return accented > letters * 0.005 || tokens > letters * englishRate ? "latin" : "english";
}

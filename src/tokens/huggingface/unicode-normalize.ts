// Unicode normalization in linear time. The engine's own sorts combining marks by insertion: a hundred kilobytes of
// marks in a bad order take it a minute. Long runs of marks are therefore put in order first.
// https://www.unicode.org/reports/tr15/, Canonical Ordering Algorithm

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/**
 * What Unicode has normalized differently since version 9.0, whose data Hugging Face's tokenizers keep: for them these
 * characters stay as they are, and nothing moves past them.
 */
const newerThanUnicode9 = [
  "\\u07fd\\u0897-\\u089f\\u08ca-\\u08d3\\u09fe\\u0c3c\\u0d3b\\u0d3c\\u0eba\\u1715\\u1abf-\\u1add\\u1ae0-\\u1aeb",
  "\\u1df6-\\u1dfa\\u32ff\\ua7f1-\\ua7f4\\ua82c\\uab69\\u{105c9}\\u{105e4}\\u{10781}-\\u{10785}\\u{10787}-\\u{107b0}",
  "\\u{107b2}-\\u{107ba}\\u{10d24}-\\u{10d27}\\u{10d69}-\\u{10d6d}\\u{10eab}\\u{10eac}\\u{10efa}\\u{10efb}",
  "\\u{10efd}-\\u{10eff}\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{1133b}\\u{11383}\\u{11385}\\u{1138e}",
  "\\u{11391}\\u{113c5}\\u{113c7}\\u{113c8}\\u{113ce}-\\u{113d0}\\u{1145e}\\u{11839}\\u{1183a}\\u{11938}",
  "\\u{1193d}\\u{1193e}\\u{11943}\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}\\u{11d42}\\u{11d44}\\u{11d45}\\u{11d97}",
  "\\u{11f41}\\u{11f42}\\u{16121}-\\u{16128}\\u{1612f}\\u{16d68}-\\u{16d6a}\\u{16ff0}\\u{16ff1}\\u{1ccd6}-\\u{1ccf9}",
  "\\u{1e030}-\\u{1e06d}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}",
  "\\u{1e5ee}\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}\\u{1e6ef}\\u{1e6f5}\\u{1f16c}\\u{1fbf0}-\\u{1fbf9}",
].join("");
// No pattern here repeats without bound: the engine's own would run out of stack on some megabytes.
const newer = new RegExp(`[${newerThanUnicode9}]`, "u");
const apart = new RegExp(`([${newerThanUnicode9}])`, "u");

/** Marks, and the two letters that are marks once decomposed for compatibility. */
const mark = /[\p{M}\uff9e\uff9f]/u;
const shortestLongRun = 33;

export function normalizeUnicode(text: string, form: NormalForm): string {
  if (!newer.test(text)) return normalizePart(text, form);
  return text
    .split(apart)
    .map((part, index) => (index % 2 === 0 ? normalizePart(part, form) : part))
    .join("");
}

function normalizePart(text: string, form: NormalForm): string {
  const run = new RegExp(`${mark.source}{${shortestLongRun}}`, "gu");
  const parts: string[] = [];
  let done = 0;
  for (let found = run.exec(text); found !== null; found = run.exec(text)) {
    const end = endOfRun(text, run.lastIndex);
    parts.push(text.slice(done, found.index), inOrder(text.slice(found.index, end), form));
    done = end;
    run.lastIndex = end;
  }
  return (parts.join("") + text.slice(done)).normalize(form);
}

function endOfRun(text: string, from: number): number {
  for (let at = from; ; ) {
    const code = text.codePointAt(at);
    if (code === undefined || !mark.test(String.fromCodePoint(code))) return at;
    at += code > 0xffff ? 2 : 1;
  }
}

/** Decomposes a run and sorts its marks by combining class, as the normal forms do; equal ones keep their order. */
function inOrder(run: string, form: NormalForm): string {
  const decompose = form === "NFKC" || form === "NFKD" ? "NFKD" : "NFD";
  const parts: string[] = [];
  let byClass = new Map<number, string[]>();
  const flush = () => {
    for (const rank of [...byClass.keys()].sort((a, b) => a - b)) {
      for (const mark of byClass.get(rank) ?? []) parts.push(mark);
    }
    byClass = new Map();
  };
  for (const character of run) {
    for (const mark of decomposed(character, decompose)) {
      const rank = rankOf(mark);
      if (rank === starter) {
        flush();
        parts.push(mark);
        continue;
      }
      const marks = byClass.get(rank);
      if (marks === undefined) byClass.set(rank, [mark]);
      else marks.push(mark);
    }
  }
  flush();
  return parts.join("");
}

const decompositions = { NFD: new Map<string, string>(), NFKD: new Map<string, string>() };

function decomposed(character: string, form: "NFD" | "NFKD"): string {
  const known = decompositions[form].get(character);
  if (known !== undefined) return known;
  const parts = character.normalize(form);
  decompositions[form].set(character, parts);
  return parts;
}

/** One mark of each combining class from 1 to 234, in order. */
const scale = [
  ..."\u0334\u{16ff0}\u093c\u3099\u094d\u05b0\u05b1\u05b2\u05b3\u05b4\u05b5\u05b6\u05b7\u05b8\u05b9\u05bb\u05bc\u05bd",
  ..."\u05bf\u05c1\u05c2\ufb1e\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0711\u0c55\u0c56\u0e38\u0e48",
  ..."\u0eb8\u0ec8\u0f71\u0f72\u0f74\u0321\u1dce\u031b\u1dfa\u0316\u059a\u302e\u{1d16d}\u05ae\u0301\u0315\u035c\u035d",
];

/** U+0345 has the highest class of all, 240. */
const highest = "\u0345";
const starter = -1;
const ranks = new Map<string, number>([[highest, scale.length]]);

/** How many marks of the scale come behind this one; the engine itself is asked. */
function rankOf(mark: string): number {
  const known = ranks.get(mark);
  if (known !== undefined) return known;
  const comesBefore = (other: string) => other !== mark && (other + mark).normalize("NFD") === mark + other;
  const rank = comesBefore(highest) ? scale.length - scale.filter(comesBefore).length : starter;
  ranks.set(mark, rank);
  return rank;
}

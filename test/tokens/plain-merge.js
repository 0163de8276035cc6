// Byte-pair merging as it is defined, and slow: what the fast ways are held against. And vocabularies made for it.
import { readFileSync } from "node:fs";
import { noToken, Vocabulary } from "../../src/tokens/bpe/vocabulary.js";
export function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = state ^ (state >>> 15);
    mixed = Math.imul(mixed, 0x2c_1b_3c_6d);
    return ((mixed ^ (mixed >>> 12)) >>> 0) % below;
  };
}
export function pick(roll, items) {
  const item = items[roll(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
/** The tokens of bytes: of all neighbours those of lowest rank are joined first, the leftmost of equals. */
export function plainMerge(vocabulary, bytes) {
  return plainJoins(vocabulary, bytes).tokens;
}
/** The same with the ids that were joined on the way, in that order. */
export function plainJoins(vocabulary, bytes) {
  const starts = [...bytes.keys(), bytes.length];
  const find = (from, to) => vocabulary.find(bytes, starts[from] ?? 0, starts[to] ?? 0);
  const ranks = starts.slice(2).map((_, part) => find(part, part + 2));
  const joined = [];
  for (;;) {
    const lowest = Math.min(...ranks, noToken);
    if (lowest === noToken) break;
    const part = ranks.indexOf(lowest);
    joined.push(lowest);
    starts.splice(part + 1, 1);
    ranks.splice(part, 1);
    if (part < ranks.length) ranks[part] = find(part, part + 2);
    if (part > 0) ranks[part - 1] = find(part - 1, part + 1);
  }
  return { tokens: starts.slice(1).map((_, part) => find(part, part + 1)), joined };
}
const sizes = { o200k_base: 199_998, cl100k_base: 100_256, p50k_base: 50_281 };
export const packedNames = ["o200k_base", "cl100k_base", "p50k_base"];
const read = new Map();
/** One of the vocabularies in src/tokens/data. */
export function packedVocabulary(name) {
  const known = read.get(name);
  if (known !== undefined) return known;
  const vocabulary = new Vocabulary(
    readFileSync(new URL(`../../src/tokens/data/${name}.bin`, import.meta.url)),
    sizes[name],
  );
  vocabulary.fill(vocabulary.size);
  read.set(name, vocabulary);
  return vocabulary;
}
/** As `Vocabulary` takes it. */
export function pack(tokens) {
  return Uint8Array.from(tokens.flatMap((token) => [token.length, ...token]));
}
export const singleBytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
/**
 * The single bytes, then tokens of a few letters: each two earlier ones joined, or any letters at all, which merging may never
 * give. Where merging gives a token, it was joined of earlier ones, as in every vocabulary that merging has made.
 */
export function madeVocabulary(roll, letters, size) {
  const alphabet = [...Buffer.from(letters)];
  const usable = alphabet.map((byte) => Uint8Array.of(byte));
  const taken = new Set();
  for (let tries = 0; taken.size < size && tries < size * 20; tries++) {
    const stray = roll(12) === 0;
    const made = stray
      ? Uint8Array.from({ length: 2 + roll(5) }, () => pick(roll, alphabet))
      : Buffer.concat([pick(roll, usable), pick(roll, usable)]);
    if (made.length > 40 || taken.has(made.join())) continue;
    taken.add(made.join());
    usable.push(made);
  }
  return inOrder([...singleBytes, ...usable.slice(alphabet.length)]);
}
function inOrder(tokens) {
  const vocabulary = new Vocabulary(pack(tokens), tokens.length);
  vocabulary.fill(tokens.length);
  const right = tokens.filter((token, id) => {
    const { tokens: parts, joined } = plainJoins(vocabulary, token);
    return parts.length > 1 || joined.every((part) => part <= id);
  });
  return right.length === tokens.length ? vocabulary : inOrder(right);
}
/** Alphabets that make merging work: few letters, runs, characters that tokens cut, long tokens. */
export const alphabets = [
  "ab",
  "abc",
  "etaoin",
  "abcdefghijklmnopqrstuvwxyz",
  "aA",
  "=-_#*",
  " ",
  "0123456789",
  "!?.,;:'\"-_/\\()[]{}<>|@#$%^&*+=~`",
  "😀🎉👍🏽❤\ufe0f\u200d🤖",
  "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生",
  "彩票一の丁ー가，。",
  "აბგდევზთიკლმნოპჟრსტუ",
  "េរំយក្មានឡើងសហគ្រិន្តទាស់",
  "யாமறிந்தமொழிகளிலேதமிழ்",
  "абвгдеёжзийклмно п",
  "اباتثجحخدذرزس",
  "\u0301e\u0300",
];
/** A random text over a random alphabet or two, or a repeated unit with a stray letter in it. */
export function randomText(roll, most) {
  const letters = [...pick(roll, alphabets), ...(roll(3) === 0 ? pick(roll, alphabets) : "")];
  const some = (length) => Array.from({ length }, () => pick(roll, letters)).join("");
  if (roll(3) > 0) return some(1 + roll(most));
  const unit = some(1 + roll(8));
  const repeated = unit.repeat(1 + Math.floor(roll(most) / unit.length));
  return repeated.slice(roll(unit.length)) + some(roll(3)) + repeated.slice(0, roll(repeated.length));
}

// The texts of the token bench: new ones each round, as some tokenizers remember whole pieces of what they have seen.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Bytes of a text, about. */
export const textBytes = 128 * 1024;

/** Characters by how often they are written, the most frequent first. */
const hanzi =
  "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔干深层";

const alphabets = {
  digits: "0123456789",
  emoji: "😀😃😄😁😆😅😂🙂😉😊😇😍😘😋😎😏😔😴😷🤒🎉🎂🎁👍👎👏🙏💪🔥⭐🌍🚀🏠🐶🐱",
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "random letters": "abcdefghijklmnopqrstuvwxyz",
  symbols: "!?.,;:'\"-_/\\()[]{}<>|@#$%^&*+=~`",
};

function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c_1b_3c_6d);
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32;
  };
}

function random(letters, bytes, seed) {
  const roll = dice(seed);
  const characters = [...letters];
  const length = Math.floor((bytes * characters.length) / Buffer.byteLength(letters));
  return Array.from({ length }, () => characters[Math.floor(roll() * characters.length)]).join("");
}

/** Sentences of characters as often as they are written, with what stands between them. */
function cjk(bytes, seed) {
  const roll = dice(seed);
  const characters = [...hanzi];
  const parts = [];
  for (let length = 0; length < bytes / 3; length++) {
    if (roll() < 0.1) parts.push("，。，、！？"[Math.floor(roll() * 6)]);
    parts.push(characters[Math.floor(characters.length ** roll()) - 1]);
  }
  return parts.join("").slice(0, bytes / 3);
}

function* filesUnder(folder, matches) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path, matches);
    else if (entry.isFile() && matches(entry.name)) yield path;
  }
}

/** What the files say, each content once, until it is enough. */
function collected(folder, matches, written, bytes) {
  const seen = new Set();
  const parts = [];
  let sum = 0;
  for (const path of filesUnder(folder, matches)) {
    const text = written(readFileSync(path, "utf8")).slice(0, 64 * 1024);
    const hash = createHash("sha1").update(text).digest("hex");
    if (seen.has(hash) || text.includes("\ufffd")) continue;
    seen.add(hash);
    parts.push(text);
    sum += Buffer.byteLength(text);
    if (sum >= bytes) break;
  }
  if (sum < bytes) throw new Error(`${folder} holds ${sum} bytes of such text, ${bytes} are needed`);
  return parts.join("\n");
}

const withoutCode = (markdown) => markdown.replace(/^(`{3,}).*\n[\s\S]*?^\1`*$/gm, "");

/**
 * Each kind with the text of a round, and another one of the kind.
 * @param folder packages whose pages are the prose and whose sources are the code
 */
export function textKinds(folder, rounds) {
  const needed = (rounds + 1) * textBytes;
  const sources = (name) => /\.(m?[jt]s)$/.test(name) && !/\.min\./.test(name);
  const prose = collected(folder, (name) => name.endsWith(".md"), withoutCode, needed + textBytes);
  const code = collected(folder, sources, (text) => text, needed + textBytes);
  const kind = (name, text, other) => ({ name, text, other, adversarial: false });
  const written = (name, all) =>
    kind(
      name,
      (round) => all.slice(round * textBytes, (round + 1) * textBytes),
      (round) => all.slice(needed + round * 1024),
    );
  const made = (name, make) => kind(name, make, (round) => make(rounds + 1 + round));
  const drawn = (name, letters) => made(name, (round) => random(letters, textBytes, round + 1));
  const adversarial = [
    made("one letter", (round) => "abcdefghijklmnopqrstuvwxyz"[round % 26].repeat(textBytes)),
    made("spaces", (round) => " ".repeat(textBytes + round)),
    ...Object.entries(alphabets).map(([name, letters]) => drawn(name, letters)),
  ];
  return [
    written("prose", prose),
    written("code", code),
    made("CJK", (round) => cjk(textBytes, round + 1)),
    ...adversarial.map((made) => ({ ...made, adversarial: true })),
  ];
}

/** The beginning of a text, of about so many bytes; no character is cut. */
export function capped(text, bytes) {
  const units = Math.floor((text.length * bytes) / Buffer.byteLength(text));
  return (
    text
      .slice(0, units)
      .toWellFormed?.()
      .replace(/\ufffd$/, "") ?? text.slice(0, units)
  );
}

// SentencePiece's precompiled table of characters and what becomes of them: a trie over UTF-8 bytes (a darts-clone
// double array) and the texts to put in. https://github.com/google/sentencepiece/blob/master/src/normalizer.cc
// The rules for clusters of characters are those of Hugging Face's spm_precompiled, which are simpler.
import { graphemeEnd } from "./graphemes.js";
import type { Normalizer, Stage } from "./stage.js";
import type { FileFaults } from "./tokenizer-fault.js";

export interface Charsmap {
  /** What becomes of the shortest start of these bytes that the table knows; undefined where it knows none. */
  transform(bytes: Uint8Array): string | undefined;
}

export function charsmapNormalizer(stage: Stage, faults: FileFaults): Normalizer {
  const encoded = stage.fields.precompiled_charsmap;
  if (encoded === undefined || encoded === null || encoded === "") return (text) => text;
  if (typeof encoded !== "string") throw faults.damaged("its table of characters is no text");
  const charsmap = readCharsmap(Buffer.from(encoded, "base64"), faults);
  return (text) => applyCharsmap(charsmap, text);
}

/** @throws TrunklineError `invalid_request` where the table is cut off. */
export function readCharsmap(bytes: Uint8Array, faults: FileFaults): Charsmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trieBytes = bytes.length < 4 ? -1 : view.getUint32(0, true);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length)
    throw faults.damaged("its table of characters is cut off");
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, at) => view.getUint32(4 + 4 * at, true));
  const texts = bytes.subarray(4 + trieBytes);
  const decoder = new TextDecoder();

  return {
    transform(key) {
      let place = offsetOf(units[0] ?? 0);
      for (const byte of key) {
        if (byte === 0) return undefined;
        place ^= byte;
        const unit = units[place];
        if (unit === undefined || labelOf(unit) !== byte) return undefined;
        place ^= offsetOf(unit);
        if (!hasLeaf(unit)) continue;
        const start = (units[place] ?? 0) & 0x7fffffff;
        const end = texts.indexOf(0, start);
        return decoder.decode(texts.subarray(start, end < 0 ? texts.length : end));
      }
      return undefined;
    },
  };
}

const hasLeaf = (unit: number) => ((unit >>> 8) & 1) === 1;
const labelOf = (unit: number) => (unit & 0x800000ff) >>> 0;
const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** A cluster is looked up as a whole where it is this short in UTF-8, else character by character. */
const longestCluster = 5;

function applyCharsmap(charsmap: Charsmap, text: string): string {
  const encoder = new TextEncoder();
  const asked = new Map<string, string | undefined>();
  const lookUp = (part: string): string | undefined => {
    if (asked.has(part)) return asked.get(part);
    const found = charsmap.transform(encoder.encode(part));
    asked.set(part, found);
    return found;
  };
  const parts: string[] = [];
  let done = 0;
  const replace = (start: number, part: string): boolean => {
    const found = lookUp(part);
    if (found === undefined) return false;
    parts.push(text.slice(done, start), found);
    done = start + part.length;
    return true;
  };
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    const cluster = text.slice(at, end);
    const isShort = end - at === 1 || Buffer.byteLength(cluster) <= longestCluster;
    if (!(isShort && replace(at, cluster)) && !isOne(cluster)) {
      for (const character of cluster) {
        replace(at, character);
        at += character.length;
      }
    }
    at = end;
  }
  return parts.join("") + text.slice(done);
}

const isOne = (cluster: string) =>
  cluster.length === 1 || (cluster.length === 2 && (cluster.codePointAt(0) ?? 0) > 0xffff);

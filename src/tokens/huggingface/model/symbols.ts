// The symbols that merging starts from: bytes, or characters with their fallback to bytes or to the unknown token.
import { byteCharacters, toByteCharacters } from "../byte-level.js";
import type { FileFaults } from "../tokenizer-fault.js";

/** Writes a piece's symbols into a list that is long enough, and says how many they are. */
export interface SymbolReader {
  /** Symbols that a piece has at most. */
  most(piece: string): number;
  read(piece: string, into: Int32Array): number;
  /** How the vocabulary spells the piece. */
  spell(piece: string): string;
  /** Whether the character with this code is a token by itself. Half a surrogate pair is none. */
  isToken(code: number): boolean;
}

/** Bytes that occur in UTF-8. */
const isUtf8Byte = (byte: number) => byte < 0xc0 || (byte >= 0xc2 && byte <= 0xf4);

/** Undefined where the vocabulary lacks a byte. */
export function byteSymbols(vocabulary: ReadonlyMap<string, number>): SymbolReader | undefined {
  const ids = Int32Array.from(byteCharacters, (code) => vocabulary.get(String.fromCharCode(code)) ?? -1);
  if (ids.some((id, byte) => id < 0 && isUtf8Byte(byte))) return undefined;
  return {
    most: (piece) => Buffer.byteLength(piece),
    spell: toByteCharacters,
    isToken: (code) => code < 128,
    read(piece, into) {
      let length = 0;
      for (let at = 0; at < piece.length; at++) {
        const unit = piece.charCodeAt(at);
        if (unit < 0x80) {
          into[length++] = ids[unit] ?? 0;
          continue;
        }
        let code = unit;
        if (unit < 0x800) into[length++] = ids[0xc0 | (code >> 6)] ?? 0;
        else {
          if (unit >= 0xd800 && unit < 0xdc00) {
            code = piece.codePointAt(at++) ?? 0;
            into[length++] = ids[0xf0 | (code >> 18)] ?? 0;
            into[length++] = ids[0x80 | ((code >> 12) & 63)] ?? 0;
          } else into[length++] = ids[0xe0 | (code >> 12)] ?? 0;
          into[length++] = ids[0x80 | ((code >> 6) & 63)] ?? 0;
        }
        into[length++] = ids[0x80 | (code & 63)] ?? 0;
      }
      return length;
    },
  };
}

export interface CharacterRules {
  /** Stands for what the vocabulary has not; undefined: that is left out. */
  readonly unknown: number | undefined;
  /** Whether unknown characters side by side are one unknown token. */
  readonly fuseUnknown: boolean;
  readonly byteFallback: boolean;
  /** Before each character but the first. */
  readonly prefix: string;
  /** Behind the last character. */
  readonly suffix: string;
}

const unasked = -2;
const absent = -1;
/** The first byte of a character in UTF-8, by how many follow. */
const leads = [0, 0xc0, 0xe0, 0xf0];

export function characterSymbols(vocabulary: ReadonlyMap<string, number>, rules: CharacterRules): SymbolReader {
  const { prefix, suffix, unknown, fuseUnknown } = rules;
  const plain = new Int32Array(0x10000).fill(unasked);
  const bytes = byteTokens(vocabulary);

  const idOf = (code: number): number => {
    const known = plain[code] ?? unasked;
    if (known !== unasked) return known;
    const id = vocabulary.get(String.fromCodePoint(code)) ?? absent;
    if (code < plain.length) plain[code] = id;
    return id;
  };
  /** Writes the bytes of a text as tokens and says where they end; nothing counts as written where one has none. */
  const fallBack = (text: string, into: Int32Array, from: number): number => {
    let length = from;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) ?? 0;
      if (code > 0xffff) at++;
      const extra = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      for (let rest = extra; rest >= 0; rest--) {
        const bits = code >> (6 * rest);
        const id = bytes[rest < extra ? 0x80 | (bits & 63) : (leads[extra] ?? 0) | bits] ?? absent;
        if (id < 0) return from;
        into[length++] = id;
      }
    }
    return length;
  };

  return {
    most: (piece) => Buffer.byteLength(piece) + Buffer.byteLength(prefix) * piece.length + Buffer.byteLength(suffix),
    spell: (piece) => piece,
    isToken: (code) => idOf(code) >= 0,
    read(piece, into) {
      let length = 0;
      let pending = false;
      const flush = () => {
        if (pending && unknown !== undefined) into[length++] = unknown;
        pending = false;
      };
      for (let at = 0; at < piece.length; ) {
        const code = piece.codePointAt(at) ?? 0;
        const end = at + (code > 0xffff ? 2 : 1);
        const before = at === 0 ? "" : prefix;
        const behind = end === piece.length ? suffix : "";
        const bare = before === "" && behind === "";
        const id = bare ? idOf(code) : (vocabulary.get(before + String.fromCodePoint(code) + behind) ?? absent);
        const start = at;
        at = end;
        if (id >= 0) {
          flush();
          into[length++] = id;
          continue;
        }
        // Bytes do not end a run of unknown characters: so it is in the reference implementation.
        const text = bare ? piece.slice(start, end) : before + piece.slice(start, end) + behind;
        const fallen = rules.byteFallback ? fallBack(text, into, length) : length;
        if (fallen > length) length = fallen;
        else if (unknown !== undefined) {
          if (!fuseUnknown) flush();
          pending = true;
        }
      }
      flush();
      return length;
    },
  };
}

/** By byte: the token `<0x0A>`; -1 where there is none. */
export function byteTokens(vocabulary: ReadonlyMap<string, number>): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    const digits = byte.toString(16).toUpperCase().padStart(2, "0");
    return vocabulary.get(`<0x${digits}>`) ?? absent;
  });
}

/** The id of the token that stands for the unknown. */
export function unknownId(
  vocabulary: ReadonlyMap<string, number>,
  token: string | undefined,
  faults: FileFaults,
): number | undefined {
  if (token === undefined) return undefined;
  const id = vocabulary.get(token);
  if (id === undefined) throw faults.damaged("its token for the unknown is not in its vocabulary");
  return id;
}

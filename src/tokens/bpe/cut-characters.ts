// Where characters meet within tokens that hold only a part of one: by the byte before and the byte behind, a bit each.
import { widthOf } from "./scan.js";

export class CutCharacters {
  readonly #pairs = new Uint32Array(0x1_00_00 >>> 5).fill(0);

  /** Takes the token of bytes[start, end) into account. */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (isWhole(bytes, start, end)) return;
    for (let at = start + 1; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if ((byte & 0xc0) === 0x80) continue;
      const word = ((bytes[at - 1] ?? 0) << 3) | (byte >>> 5);
      this.#pairs[word] = (this.#pairs[word] ?? 0) | (1 << (byte & 31));
    }
  }

  /** Whether a token may reach from the one byte to the other and cut a character at its end. */
  across(before: number, behind: number): boolean {
    return (((this.#pairs[(before << 3) | (behind >>> 5)] ?? 0) >>> (behind & 31)) & 1) !== 0;
  }
}

/** Whether bytes begin and end with whole characters. What is no UTF-8 in between does not matter: texts are. */
function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  if (((bytes[start] ?? 0) & 0xc0) === 0x80) return false;
  let last = end - 1;
  while (last > start && ((bytes[last] ?? 0) & 0xc0) === 0x80) last--;
  return end - last >= widthOf(bytes[last] ?? 0);
}

// Sorts all characters into as few classes as a pattern can tell apart. Filled 256 characters at a time, when first seen.
import type { CharacterSet } from "./node.js";

const pageSize = 256;

/** The class of the text's edge, which is in no set. */
export const edge = 0;

export class CharacterClasses {
  /** By class: for each set, 1 where its characters are in it. */
  readonly members: Uint8Array[] = [];
  private readonly pages: (Uint16Array | undefined)[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly finders: readonly RegExp[];

  constructor(sets: readonly CharacterSet[]) {
    this.finders = sets.map((set) => new RegExp(`${set.source}+`, set.ignoreCase ? "giv" : "gv"));
    this.members.push(new Uint8Array(sets.length));
  }

  of(code: number): number {
    const page = this.pages[code >> 8] ?? this.fill(code >> 8);
    return page[code & 255] ?? edge;
  }

  private fill(number: number): Uint16Array {
    const width = number > 255 ? 2 : 1;
    const first = number * pageSize;
    const text = Array.from({ length: pageSize }, (_, offset) => String.fromCodePoint(first + offset)).join("");
    const rows = Array.from({ length: pageSize }, () => new Uint8Array(this.finders.length));
    // Lone surrogates never come: texts are well-formed. A run may take them in pairs, which would count wrongly.
    const runs = number >= 0xd8 && number <= 0xdf ? [] : this.finders;
    runs.forEach((finder, set) => {
      for (const run of text.matchAll(finder)) {
        const end = (run.index + run[0].length) / width;
        for (let offset = run.index / width; offset < end; offset++) rows[offset]?.set([1], set);
      }
    });
    const page = Uint16Array.from(rows, (row) => this.numberOf(row));
    this.pages[number] = page;
    return page;
  }

  private numberOf(row: Uint8Array): number {
    const key = row.join("");
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.members.length);
    return this.members.push(row) - 1;
  }
}

// Byte-pair merging of one piece: always the pair of lowest rank, the leftmost of those. Short pieces by looking at
// all pairs; long ones with a heap and a linked list over typed arrays, in O(n log n).
import type { MergeTable } from "./merge-table.js";

const shortPiece = 24;
const never = 0x7fffffff;
/** Above the position in a heap's key: a rank is below 2^22, a position below 2^31, a double holds 2^53. */
const rankStep = 2 ** 31;

/** Merges the first `length` symbols in place, and says how many are left. */
export function mergePiece(table: MergeTable, symbols: Int32Array, length: number): number {
  if (length < 2) return length;
  return length <= shortPiece ? mergeShort(table, symbols, length) : mergeLong(table, symbols, length);
}

const shortRanks = new Int32Array(shortPiece);
const shortSlots = new Int32Array(shortPiece);

function mergeShort(table: MergeTable, symbols: Int32Array, length: number): number {
  const look = (at: number, end: number) => {
    const slot = at + 1 < end ? table.find(symbols[at] ?? 0, symbols[at + 1] ?? 0) : -1;
    shortSlots[at] = slot;
    shortRanks[at] = slot < 0 ? never : (table.ranks[slot] ?? never);
  };
  let left = length;
  for (let at = 0; at < left; at++) look(at, left);
  for (;;) {
    let best = never;
    let place = -1;
    for (let at = 0; at < left - 1; at++) {
      const rank = shortRanks[at] ?? never;
      if (rank < best) {
        best = rank;
        place = at;
      }
    }
    if (place < 0) return left;
    symbols[place] = table.results[shortSlots[place] ?? 0] ?? 0;
    symbols.copyWithin(place + 1, place + 2, left);
    shortRanks.copyWithin(place + 1, place + 2, left);
    shortSlots.copyWithin(place + 1, place + 2, left);
    left--;
    look(place, left);
    if (place > 0) look(place - 1, left);
  }
}

function mergeLong(table: MergeTable, symbols: Int32Array, length: number): number {
  const previous = new Int32Array(length);
  const next = new Int32Array(length);
  /** The slot of the pair that starts here; -1 where none merges or the symbol is gone. */
  const slots = new Int32Array(length).fill(-1);
  const heap = new Heap(2 * length);

  for (let at = 0; at < length; at++) {
    previous[at] = at - 1;
    next[at] = at + 1 < length ? at + 1 : -1;
    if (at + 1 < length) {
      const slot = table.find(symbols[at] ?? 0, symbols[at + 1] ?? 0);
      slots[at] = slot;
      if (slot >= 0) heap.append((table.ranks[slot] ?? 0) * rankStep + at);
    }
  }
  heap.order();

  const pair = (at: number, following: number) => {
    const slot = following < 0 ? -1 : table.find(symbols[at] ?? 0, symbols[following] ?? 0);
    slots[at] = slot;
    if (slot >= 0) heap.push((table.ranks[slot] ?? 0) * rankStep + at);
  };

  for (let key = heap.pop(); key >= 0; key = heap.pop()) {
    const rank = Math.floor(key / rankStep);
    const at = key - rank * rankStep;
    const slot = slots[at] ?? -1;
    // Another merge took one of the two: this pair is no more.
    if (slot < 0 || table.ranks[slot] !== rank) continue;
    const right = next[at] ?? -1;
    const after = next[right] ?? -1;
    symbols[at] = table.results[slot] ?? 0;
    slots[right] = -1;
    next[at] = after;
    if (after >= 0) previous[after] = at;
    pair(at, after);
    const before = previous[at] ?? -1;
    if (before >= 0) pair(before, at);
  }

  let left = 0;
  for (let at = 0; at >= 0; at = next[at] ?? -1) symbols[left++] = symbols[at] ?? 0;
  return left;
}

/** A binary heap of keys that are not negative. */
class Heap {
  private readonly keys: Float64Array;
  private size = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity);
  }

  /** Adds without order; `order` has to follow. */
  append(key: number): void {
    this.keys[this.size++] = key;
  }

  order(): void {
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sink(at, this.keys[at] ?? 0);
  }

  push(key: number): void {
    const { keys } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = keys[parent] ?? 0;
      if (above <= key) break;
      keys[at] = above;
      at = parent;
    }
    keys[at] = key;
  }

  /** The lowest key; -1 where none is left. */
  pop(): number {
    if (this.size === 0) return -1;
    const lowest = this.keys[0] ?? 0;
    const last = this.keys[--this.size] ?? 0;
    if (this.size > 0) this.sink(0, last);
    return lowest;
  }

  private sink(from: number, key: number): void {
    const { keys, size } = this;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = keys[child] ?? 0;
      const other = child + 1 < size ? (keys[child + 1] ?? 0) : Number.POSITIVE_INFINITY;
      if (other < below) {
        child++;
        below = other;
      }
      if (below >= key) break;
      keys[at] = below;
      at = child;
    }
    keys[at] = key;
  }
}

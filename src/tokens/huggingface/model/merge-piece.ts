// Byte-pair merging of one piece: always the pair of lowest rank, the leftmost of those. Short pieces by looking at
// all pairs; long ones rank by rank, in O(n log n) at worst and close to linear on what vocabularies really hold.
import type { MergeTable } from "./merge-table.js";
import { NumberHeap } from "./number-heap.js";

const shortPiece = 24;

/** Merges the first `length` symbols in place, and says how many are left. */
export function mergePiece(table: MergeTable, symbols: Int32Array, length: number): number {
  if (length < 2) return length;
  return length <= shortPiece ? mergeShort(table, symbols, length) : new LongMerge(table, symbols, length).run();
}

const never = 0x7fffffff;
const shortRanks = new Int32Array(shortPiece);
const shortSlots = new Int32Array(shortPiece);

function mergeShort(table: MergeTable, symbols: Int32Array, length: number): number {
  let left = length;
  for (let at = 0; at < left; at++) lookShort(table, symbols, at, left);
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
    symbols[place] = table.resultAt(shortSlots[place] ?? 0);
    left--;
    for (let at = place + 1; at < left; at++) {
      symbols[at] = symbols[at + 1] ?? 0;
      shortRanks[at] = shortRanks[at + 1] ?? never;
      shortSlots[at] = shortSlots[at + 1] ?? -1;
    }
    lookShort(table, symbols, place, left);
    if (place > 0) lookShort(table, symbols, place - 1, left);
  }
}

function lookShort(table: MergeTable, symbols: Int32Array, at: number, end: number): void {
  const slot = at + 1 < end ? table.find(symbols[at] ?? 0, symbols[at + 1] ?? 0) : -1;
  shortSlots[at] = slot;
  shortRanks[at] = slot < 0 ? never : table.rankAt(slot);
}

/** Rank and place of a pair as one number: a rank is below 2^22, a place below 2^31, a double holds 2^53. */
const rankStep = 2 ** 31;

/**
 * Pairs wait in one list per rank, and the ranks are gone through upwards. A merge mostly makes pairs of higher rank,
 * which join their lists; the few of lower rank go to a heap, which is emptied before anything else.
 */
class LongMerge {
  private readonly table: MergeTable;
  private readonly symbols: Int32Array;
  /** Four numbers for each symbol: itself, the places before and after it, and the slot of the pair that it starts. */
  private readonly nodes: Int32Array;
  private readonly heads: Int32Array;
  private readonly ranks = new NumberHeap();
  private readonly early = new NumberHeap();
  /** Two numbers for each waiting pair: its place, and the pair of the same rank that came before it. */
  private waiting: Int32Array;
  private entries = 0;
  private rank = -1;

  constructor(table: MergeTable, symbols: Int32Array, length: number) {
    this.table = table;
    this.symbols = symbols;
    this.nodes = new Int32Array(4 * length);
    this.waiting = new Int32Array(2 * length);
    this.heads = headsFor(table);
  }

  run(): number {
    const { nodes, symbols } = this;
    const length = nodes.length / 4;
    for (let at = 0; at < length; at++) {
      nodes[4 * at] = symbols[at] ?? 0;
      nodes[4 * at + 1] = at - 1;
      nodes[4 * at + 2] = at + 1 < length ? at + 1 : -1;
    }
    for (let at = 0; at < length; at++) this.pair(at, at + 1 < length ? at + 1 : -1);
    for (let rank = this.ranks.pop(); rank !== Number.POSITIVE_INFINITY; rank = this.ranks.pop()) {
      this.rank = rank;
      this.mergeRank(this.placesOf(rank));
    }
    let left = 0;
    for (let at = 0; at >= 0; at = nodes[4 * at + 2] ?? -1) symbols[left++] = nodes[4 * at] ?? 0;
    return left;
  }

  private mergeRank(places: Int32Array): void {
    const { early, rank } = this;
    for (let index = 0; index < places.length; index++) {
      const at = places[index] ?? 0;
      if (early.lowest !== Number.POSITIVE_INFINITY) this.mergeEarly(rank * rankStep + at);
      this.mergeAt(at, rank);
    }
    this.mergeEarly(Number.POSITIVE_INFINITY);
  }

  /** Merges the pairs of lower rank, up to the one with this key. */
  private mergeEarly(end: number): void {
    while (this.early.lowest < end) {
      const key = this.early.pop();
      const rank = Math.floor(key / rankStep);
      this.mergeAt(key - rank * rankStep, rank);
    }
  }

  /** The places where pairs of this rank start, from left to right. Their list is emptied. */
  private placesOf(rank: number): Int32Array {
    const { waiting } = this;
    let count = 0;
    for (let entry = this.heads[rank] ?? -1; entry >= 0; entry = waiting[2 * entry + 1] ?? -1) count++;
    const places = new Int32Array(count);
    let inOrder = true;
    let after = Number.POSITIVE_INFINITY;
    for (let entry = this.heads[rank] ?? -1; entry >= 0; entry = waiting[2 * entry + 1] ?? -1) {
      const at = waiting[2 * entry] ?? 0;
      places[--count] = at;
      if (at > after) inOrder = false;
      after = at;
    }
    this.heads[rank] = -1;
    return inOrder ? places : places.sort();
  }

  private mergeAt(at: number, rank: number): void {
    const { table, nodes } = this;
    const slot = nodes[4 * at + 3] ?? -1;
    // Another merge took one of the two: this pair is no more.
    if (slot < 0 || table.rankAt(slot) !== rank) return;
    const right = nodes[4 * at + 2] ?? -1;
    const after = nodes[4 * right + 2] ?? -1;
    nodes[4 * at] = table.resultAt(slot);
    nodes[4 * right + 3] = -1;
    nodes[4 * at + 2] = after;
    if (after >= 0) nodes[4 * after + 1] = at;
    this.pair(at, after);
    const before = nodes[4 * at + 1] ?? -1;
    if (before >= 0) this.pair(before, at);
  }

  private pair(at: number, following: number): void {
    const { table, nodes } = this;
    const slot = following < 0 ? -1 : table.find(nodes[4 * at] ?? 0, nodes[4 * following] ?? 0);
    nodes[4 * at + 3] = slot;
    if (slot < 0) return;
    const rank = table.rankAt(slot);
    if (rank <= this.rank) this.early.push(rank * rankStep + at);
    else this.wait(rank, at);
  }

  private wait(rank: number, at: number): void {
    if (2 * this.entries === this.waiting.length) this.waiting = twice(this.waiting);
    const entry = this.entries++;
    const head = this.heads[rank] ?? -1;
    if (head < 0) this.ranks.push(rank);
    this.waiting[2 * entry] = at;
    this.waiting[2 * entry + 1] = head;
    this.heads[rank] = entry;
  }
}

function twice(list: Int32Array): Int32Array {
  const wider = new Int32Array(2 * list.length);
  wider.set(list);
  return wider;
}

const headsByTable = new WeakMap<MergeTable, Int32Array>();

/** By rank: the last entry that waits; -1 where none does, as it is again after each merge. */
function headsFor(table: MergeTable): Int32Array {
  const known = headsByTable.get(table);
  if (known !== undefined) return known;
  const heads = new Int32Array(table.rankLimit).fill(-1);
  headsByTable.set(table, heads);
  return heads;
}

// Pieces by their letters (UTF-16 units), over flat arrays: which of them start here, from the shortest to the longest.
import { limits } from "../limits.js";
import type { FileFaults } from "../tokenizer-fault.js";

const longestProbe = 1_000;

export class PieceTrie {
  private nodes: Int32Array;
  private units: Uint16Array;
  private children: Int32Array;
  private values: Int32Array;
  private readonly mask: number;
  private count = 1;
  private readonly faults: FileFaults;

  /** @param unitTotal UTF-16 units of all pieces together, at most. */
  constructor(unitTotal: number, faults: FileFaults) {
    if (unitTotal > limits.trieUnits) throw faults.unsupported("more memory for its pieces than is allowed");
    let size = 16;
    while (size < unitTotal * 2) size *= 2;
    this.mask = size - 1;
    this.nodes = new Int32Array(size).fill(-1);
    this.units = new Uint16Array(size);
    this.children = new Int32Array(size);
    this.values = new Int32Array(unitTotal + 1).fill(-1);
    this.faults = faults;
  }

  /** A piece that is there already keeps its first value, unless `replace` is set. */
  add(piece: string, value: number, replace = false): void {
    if (piece.length > limits.pieceUnits)
      throw this.faults.unsupported(`a piece of more than ${limits.pieceUnits} characters`);
    let node = 0;
    for (let at = 0; at < piece.length; at++) node = this.childOrNew(node, piece.charCodeAt(at));
    if (replace || this.values[node] === -1) this.values[node] = value;
  }

  /** The root, from which `step` goes. */
  readonly root = 0;

  /** The node behind one more unit; -1 where no piece goes on like this. */
  step(node: number, unit: number): number {
    for (let slot = hash(node, unit) & this.mask; ; slot = (slot + 1) & this.mask) {
      const found = this.nodes[slot];
      if (found === -1) return -1;
      if (found === node && this.units[slot] === unit) return this.children[slot] ?? -1;
    }
  }

  /** The value of the piece that ends at this node; -1 where none does. */
  valueAt(node: number): number {
    return this.values[node] ?? -1;
  }

  private childOrNew(node: number, unit: number): number {
    let slot = hash(node, unit) & this.mask;
    for (let probe = 0; this.nodes[slot] !== -1; probe++) {
      if (this.nodes[slot] === node && this.units[slot] === unit) return this.children[slot] ?? 0;
      if (probe > longestProbe) throw this.faults.damaged("its pieces are made to collide");
      slot = (slot + 1) & this.mask;
    }
    this.nodes[slot] = node;
    this.units[slot] = unit;
    this.children[slot] = this.count;
    return this.count++;
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(node ^ (node >>> 13), 0x2c1b3c6d) ^ Math.imul(unit + 0x5bd1e995, 0x297a2d39);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 7;
}

// A binary heap of numbers that are not negative: the lowest comes out first.

export class NumberHeap {
  private keys = new Float64Array(64);
  private size = 0;

  /** The lowest number, which stays; infinite where there is none. */
  get lowest(): number {
    return this.size > 0 ? (this.keys[0] ?? 0) : Number.POSITIVE_INFINITY;
  }

  push(key: number): void {
    if (this.size === this.keys.length) {
      const wider = new Float64Array(2 * this.size);
      wider.set(this.keys);
      this.keys = wider;
    }
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

  /** The lowest number, taken out; infinite where there is none. */
  pop(): number {
    const { lowest, keys } = this;
    if (this.size === 0) return lowest;
    const last = keys[--this.size] ?? 0;
    const { size } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = keys[child] ?? 0;
      const other = child + 1 < size ? (keys[child + 1] ?? 0) : Number.POSITIVE_INFINITY;
      if (other < below) {
        child++;
        below = other;
      }
      if (below >= last) break;
      keys[at] = below;
      at = child;
    }
    keys[at] = last;
    return lowest;
  }
}

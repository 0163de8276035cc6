// Words that were merged lately, so that the same word is merged once. Bounded in number and in length.

const mostWords = 16_384;
const longestWord = 48;

/** One id, or several. */
export type CachedIds = number | Int32Array;

export class WordCache {
  private young = new Map<string, CachedIds>();
  private old = new Map<string, CachedIds>();

  get(word: string): CachedIds | undefined {
    const found = this.young.get(word);
    if (found !== undefined) return found;
    const older = this.old.get(word);
    if (older !== undefined) this.put(word, older);
    return older;
  }

  set(word: string, symbols: Int32Array, length: number): void {
    if (word.length > longestWord) return;
    this.put(ownCopy(word), length === 1 ? (symbols[0] ?? 0) : symbols.slice(0, length));
  }

  private put(word: string, ids: CachedIds): void {
    if (this.young.size >= mostWords) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(word, ids);
  }
}

/** A slice holds the whole text that it was cut from; a copy does not. */
const ownCopy = (word: string): string => (word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le"));

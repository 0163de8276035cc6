// Where ids go while a text is encoded: kept, or only counted.

export class TokenSink {
  count = 0;
  private readonly ids: number[] | undefined;

  /** @param ids takes the ids; without it they are counted only. */
  constructor(ids?: number[]) {
    this.ids = ids;
  }

  add(id: number): void {
    this.count++;
    this.ids?.push(id);
  }

  /** The first `length` ids of a list. */
  addFirst(list: ArrayLike<number>, length: number): void {
    this.count += length;
    if (this.ids === undefined) return;
    for (let at = 0; at < length; at++) this.ids.push(list[at] ?? 0);
  }
}

/** What turns one piece of a text, as the pre-tokenizer cut it, into ids. */
export interface PieceModel {
  encode(piece: string, sink: TokenSink): void;
}

// How the text of one model is counted: exactly, with its own tokenizer, or by an estimate that knows its error.

/** How a number of tokens was found. `provider`: its own counting endpoint was asked. */
export type CountMethod = "exact" | "estimated" | "provider";

export interface TextMeter {
  readonly method: "exact" | "estimated";
  /** The tokenizer (`o200k_base`) or the family that is estimated (`claude`). */
  readonly name: string;
  /** Percent by which 95 of 100 counts are off at most; 0 where it is exact. */
  readonly errorPercent: number;
  /** Tokens of a text: whole, never negative; 0 for the empty text. */
  count(text: string): number;
  /** Tokens that 99 of 100 such texts stay below; the count itself where it is exact. */
  atMost(text: string): number;
  /** Both at once, where that costs less than one after the other. */
  measure?(text: string): { readonly tokens: number; readonly atMost: number };
  /** Counts in steps, where a long text must not be counted in one go. Absent: slices of a text may be counted apart. */
  counting?(text: string): Counting;
}

/** A count that is done in steps, so that a long text does not keep the thread from others. */
export interface Counting {
  /** Tokens so far. */
  readonly tokens: number;
  /** One more step, through about so many bytes; true once the text is at its end. */
  advance(bytes: number): boolean;
}

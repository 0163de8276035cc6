// Says where a text stops being JSON. Runs only after JSON.parse refused it: the engine's own words differ between
// versions and quote what was sent.

export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** What stands there, and what should: `unexpected character "}"`. */
  readonly what: string;
}

/** Where and why `source` is not JSON. Its depth must be bounded by the caller. */
export function findJsonFault(source: string): JsonFault {
  const finder = new FaultFinder(source);
  finder.document();
  const before = source.slice(0, finder.at);
  return {
    line: before.split("\n").length,
    column: finder.at - before.lastIndexOf("\n"),
    what: finder.what(),
  };
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainText = /[^"\\\p{Cc}]*/uy;
const space = /[ \t\r\n]*/y;

/** Each method reads on from `at` and returns false with `at` on the fault. */
class FaultFinder {
  at = 0;
  #note: string | undefined;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  document(): boolean {
    if (!this.#value()) return false;
    this.#skip(space);
    if (this.at < this.#source.length) return this.#fail("text after the end of the JSON value");
    return true;
  }

  what(): string {
    if (this.#note !== undefined) return this.#note;
    const character = this.#source.codePointAt(this.at);
    if (character === undefined) return "unexpected end";
    return `unexpected character ${JSON.stringify(String.fromCodePoint(character))}`;
  }

  #fail(note?: string): false {
    this.#note = note;
    return false;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#source);
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  #value(): boolean {
    this.#skip(space);
    switch (this.#source[this.at]) {
      case "{":
        return this.#list("}", () => this.#member());
      case "[":
        return this.#list("]", () => this.#value());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true");
      case "f":
        return this.#word("false");
      case "n":
        return this.#word("null");
      default:
        return this.#skip(numberPattern) || this.#fail();
    }
  }

  #word(word: string): boolean {
    if (!this.#source.startsWith(word, this.at)) return this.#fail(`an unknown word where ${word} may have been meant`);
    this.at += word.length;
    return true;
  }

  #list(close: string, item: () => boolean): boolean {
    this.at++;
    this.#skip(space);
    if (this.#source[this.at] === close) {
      this.at++;
      return true;
    }
    for (;;) {
      if (!item()) return false;
      this.#skip(space);
      const next = this.#source[this.at];
      if (next !== "," && next !== close)
        return this.#fail(next === undefined ? undefined : `expected "," or "${close}"`);
      this.at++;
      if (next === close) return true;
    }
  }

  #member(): boolean {
    this.#skip(space);
    if (this.#source[this.at] !== '"')
      return this.#fail(this.at < this.#source.length ? "expected a name in double quotes" : undefined);
    if (!this.#string()) return false;
    this.#skip(space);
    if (this.#source[this.at] !== ":") return this.#fail('expected ":"');
    this.at++;
    return this.#value();
  }

  #string(): boolean {
    this.at++;
    for (;;) {
      this.#skip(plainText);
      const next = this.#source[this.at];
      if (next === '"') {
        this.at++;
        return true;
      }
      if (next !== "\\") return this.#fail(next === undefined ? "unexpected end inside a string" : controlNote(next));
      const escaped = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(this.#source.slice(this.at, this.at + 6));
      if (escaped === null) return this.#fail("an unknown escape in a string");
      this.at += escaped[0].length;
    }
  }
}

function controlNote(character: string): string {
  return character === "\n"
    ? "a line break inside a string, which must be written \\n"
    : "a control character inside a string, which must be escaped";
}

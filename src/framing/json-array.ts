// One JSON array that is sent piece by piece. White space may stand between its items: it keeps a connection alive.

export const jsonArrayType = "application/json";
export const jsonArrayKeepAlive = "\n";

export class JsonArrayWriter {
  #isBegun = false;

  /** The next item, with what must stand in front of it. */
  item(json: string): string {
    const before = this.#isBegun ? ",\r\n" : "[";
    this.#isBegun = true;
    return before + json;
  }

  /** The end, also of an array without items. */
  end(): string {
    return this.#isBegun ? "]" : "[]";
  }
}

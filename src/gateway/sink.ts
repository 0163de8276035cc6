// The client's end of an exchange, as the gateway sees it. A socket in the server, memory in the library.

export interface Sink {
  /** True once the client has left. */
  readonly gone: boolean;
  /** Called once when the client leaves early. One listener: whoever acts at the moment. */
  onGone: (() => void) | undefined;
  /** Called when the client reads again after `write` returned false. */
  onDrain: (() => void) | undefined;
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** Returns false when the client reads slower than we write. */
  write(bytes: Buffer | string): boolean;
  end(bytes?: Buffer | string): void;
}

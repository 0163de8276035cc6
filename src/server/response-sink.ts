// The client's end of an exchange on a socket: node's response behind the gateway's Sink.
import type { ServerResponse } from "node:http";
import type { Sink } from "../gateway/sink.js";

/** Above this, copying costs more than a second write. */
const joinedUpToBytes = 16_384;

export function createResponseSink(response: ServerResponse): Sink {
  let gone = false;
  const sink: Sink = {
    onGone: undefined,
    onDrain: undefined,
    get gone() {
      return gone;
    },
    head(status, headers) {
      response.writeHead(status, headers);
    },
    write: (bytes) => response.write(bytes),
    end(bytes) {
      // One write instead of two: node joins the head with a string, not with a Buffer. Latin-1 keeps every byte.
      if (bytes instanceof Buffer && bytes.length <= joinedUpToBytes) response.end(bytes.toString("latin1"), "latin1");
      else response.end(bytes);
    },
  };
  response.on("close", () => {
    if (response.writableFinished) return;
    gone = true;
    sink.onGone?.();
  });
  response.on("drain", () => sink.onDrain?.());
  // A socket that breaks while we write is a client that left: `close` follows.
  response.on("error", () => {});
  return sink;
}

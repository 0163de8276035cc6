// Anthropic Messages: both faces and the relay between them.
import type { ClientDialect, Relay, UpstreamDialect } from "../dialect.js";
import { MessagesRelay, relayResponse } from "./relay-answer.js";
import { relayRequest } from "./relay-request.js";
import { readRequest } from "./request.js";
import { readError, readResponse, readStream } from "./stream.js";
import { keepAlive, writeResponse, writeStream } from "./write-answer.js";
import { writeError, writeStreamError } from "./write-error.js";
import { writeRequest } from "./write-request.js";

const relay: Relay = {
  request: relayRequest,
  response: relayResponse,
  stream: (served, _outline, profile) => new MessagesRelay(served, profile),
};

export const anthropicMessages: ClientDialect & UpstreamDialect & { readonly relay: Relay } = {
  name: "anthropic-messages",
  keepAlive,
  requestIdHeader: "request-id",
  readRequest,
  writeRequest,
  readResponse,
  writeResponse,
  readStream,
  writeStream,
  readError,
  writeError,
  writeStreamError,
  relay,
};

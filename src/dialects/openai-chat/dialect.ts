// OpenAI Chat Completions: both faces and the relay between them.
import type { ClientDialect, Relay, UpstreamDialect } from "../dialect.js";
import { readError, writeError, writeStreamError } from "./errors.js";
import { shortening } from "./middle-out.js";
import { relayRequest } from "./relay-request.js";
import { relayResponse } from "./relay-response.js";
import { ChatRelay } from "./relay-stream.js";
import { readRequest } from "./request.js";
import { writeResponse } from "./response.js";
import { readResponse, readStream } from "./stream.js";
import { writeStream } from "./stream-write.js";
import { writeRequest } from "./write-request.js";

const relay: Relay = {
  request: relayRequest,
  response: relayResponse,
  stream: (served, outline, profile) => new ChatRelay(served, outline, profile),
};

export const openaiChat: ClientDialect & UpstreamDialect & { readonly relay: Relay } = {
  name: "openai-chat",
  shortening,
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

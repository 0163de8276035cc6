// OpenAI Responses: both faces and the relay between them.
import type { ClientDialect, Relay, UpstreamDialect } from "../dialect.js";
import { writeError } from "../openai-chat/errors.js";
import { writeStreamError } from "./errors.js";
import { relayRequest } from "./relay-request.js";
import { relayResponse } from "./relay-response.js";
import { ResponsesRelay } from "./relay-stream.js";
import { readRequest } from "./request.js";
import { writeResponse } from "./response.js";
import { readError, readResponse, readStream } from "./stream.js";
import { writeStream } from "./stream-write.js";
import { writeRequest } from "./write-request.js";

const relay: Relay = {
  request: relayRequest,
  response: relayResponse,
  stream: (served, _outline, profile) => new ResponsesRelay(served, profile),
};

export const openaiResponses: ClientDialect & UpstreamDialect & { readonly relay: Relay } = {
  name: "openai-responses",
  readRequest,
  writeRequest,
  readResponse,
  writeResponse,
  readStream,
  writeStream,
  readError,
  // Before the stream both of OpenAI's dialects say it in one shape.
  writeError,
  writeStreamError,
  relay,
};

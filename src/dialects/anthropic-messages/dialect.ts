// Anthropic Messages: the face to providers.
import type { UpstreamDialect } from "../dialect.js";
import { readError, readResponse, readStream } from "./stream.js";
import { writeRequest } from "./write-request.js";

export const anthropicMessages: UpstreamDialect = {
  name: "anthropic-messages",
  writeRequest,
  readResponse,
  readStream,
  readError,
};

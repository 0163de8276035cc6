// OpenAI Responses: the face to clients.
import type { ClientDialect } from "../dialect.js";
import { writeError } from "../openai-chat/errors.js";
import { writeStreamError } from "./errors.js";
import { readRequest } from "./request.js";
import { writeResponse } from "./response.js";
import { writeStream } from "./stream-write.js";

export const openaiResponses: ClientDialect = {
  name: "openai-responses",
  readRequest,
  writeResponse,
  writeStream,
  // Before the stream both of OpenAI's dialects say it in one shape.
  writeError,
  writeStreamError,
};

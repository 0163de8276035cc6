// A prompt of the command line as the request that it would become: what `ask` sends is what is counted and priced.
import { TrunklineError } from "../canonical/error.js";
import type { Request } from "../canonical/request.js";
import { type Question, writeQuestion } from "../client/question.js";
import { parseBody } from "../dialects/openai-chat/request.js";
import { requestReaders } from "../dialects/request-readers.js";

/** @throws TrunklineError `invalid_request` that names the field */
export function requestOf(question: Question): Request {
  const read = requestReaders.get("openai-chat");
  if (read === undefined) throw new TrunklineError("internal", "The Chat dialect has no reader.");
  return read(parseBody(Buffer.from(writeQuestion(question, true), "utf8"))).request;
}

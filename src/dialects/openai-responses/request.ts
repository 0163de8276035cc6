// Reads a client's Responses request: bytes → parsed body, checked, with the outline that admit, plan and hold look at.
// Source: https://platform.openai.com/docs/api-reference/responses/create
import type { Buffer } from "node:buffer";
import { isArray, isObject, type JsonObject, number, text } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import type { ClientRequest, Outline, Profile } from "../dialect.js";
import { refuse } from "../openai-chat/refuse.js";
import { parseBody, readModels, readOwn } from "../openai-chat/request.js";
import { withoutEchoes } from "./echoes.js";
import { readRequest as readBody } from "./read-request.js";

/** `profile` changes nothing here: both paths take the same request. Throws TrunklineError that names the field. */
export function readRequest(bytes: Buffer, _profile: Profile): ClientRequest {
  const json = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const body = parseBody(json, "model and input");
  refuseStored(body);
  const { model, fallbackModels } = readModels(json, body);
  const canonical = withoutEchoes(readBody(body));
  const outline: Outline = {
    model,
    fallbackModels,
    stream: body.stream === true,
    includeUsage: true,
    maxOutputTokens: number(body.max_output_tokens),
    choices: 1,
    wantsReasoning: wantsReasoning(body),
    hasTools: isArray(body.tools) && body.tools.length > 0,
    hasImages: hasImages(canonical),
    bodyBytes: bytes.length,
    own: readOwn(body.trunkline),
  };
  return { outline, bytes: json, body, canonical: () => canonical };
}

/** What asks for something that only a store of responses could give, and what to do instead. */
const stored: readonly (readonly [field: string, message: string, whatToDo: string])[] = [
  [
    "previous_response_id",
    "Trunkline keeps no responses, so 'previous_response_id' means nothing here.",
    "Send the whole conversation in 'input': earlier messages, the output items of earlier answers, then the new message.",
  ],
  [
    "conversation",
    "Trunkline keeps no conversations, so 'conversation' means nothing here.",
    "Send the whole conversation in 'input'.",
  ],
  [
    "prompt",
    "Trunkline keeps no prompt templates, so 'prompt' means nothing here.",
    "Send the prompt's text in 'instructions' and 'input', with its variables filled in.",
  ],
];

function refuseStored(body: JsonObject): void {
  for (const [field, message, whatToDo] of stored) {
    if (body[field] !== undefined && body[field] !== null) throw refuse(field, message, whatToDo);
  }
  if (body.background === true)
    throw refuse(
      "background",
      "Trunkline runs no responses in the background.",
      "Leave 'background' out, and set 'stream' to see the answer as it comes.",
    );
}

function wantsReasoning({ reasoning }: JsonObject): boolean {
  if (!isObject(reasoning)) return false;
  return reasoning.enabled !== false && text(reasoning.effort) !== "none";
}

function hasImages({ turns }: Request): boolean {
  return turns.some(({ parts }) =>
    parts.some((part) =>
      part.type === "tool-result"
        ? part.content.some(({ type }) => type !== "text")
        : part.type === "image" || part.type === "file" || part.type === "audio",
    ),
  );
}

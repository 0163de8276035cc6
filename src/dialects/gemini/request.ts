// Reads a client's generateContent call: the body's outline, with the model and the way of answering from its path.
import type { Buffer } from "node:buffer";
import { isArray, isObject, type JsonObject, number } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { Fields, maxTools, protobufJson } from "../body-fields.js";
import type { ClientRequest, Outline } from "../dialect.js";
import { parseBody, readModel, readOwn } from "../openai-chat/request.js";
import type { GeminiAddress } from "./address.js";
import { readRequest as readCanonical } from "./read-request.js";

/** Throws TrunklineError `invalid_request` that names the field, `invalid_json`. */
export function readRequest(bytes: Buffer, address: GeminiAddress): ClientRequest {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const json = isMarked ? bytes.subarray(3) : bytes;
  const body = parseBody(json);
  const outline = readOutline(body, address, bytes.length);
  let canonical: Request | undefined;
  return {
    outline,
    bytes: json,
    body,
    canonical() {
      const { trunkline: _own, ...asked } = body;
      canonical ??= { ...readCanonical(asked), stream: address.stream };
      return canonical;
    },
  };
}

/** As far as admit, plan and hold look: what only Google understands is none of their business. */
function readOutline(body: JsonObject, { model, stream }: GeminiAddress, bodyBytes: number): Outline {
  const fields = new Fields(body, "", protobufJson);
  const contents = fields.messages("contents");
  const config = fields.fields("generationConfig");
  const thinking = config?.fields("thinkingConfig");
  return {
    model: readModel(model, "model"),
    fallbackModels: [],
    stream,
    // This dialect always tells it.
    includeUsage: true,
    maxOutputTokens: config?.positive("maxOutputTokens"),
    choices: config?.positive("candidateCount") ?? 1,
    wantsReasoning: thinking !== undefined && number(thinking.take("thinkingBudget")) !== 0,
    hasTools: fields.each("tools", maxTools).length > 0,
    hasImages: contents.some((content) => hasMedia(content.take("parts"))),
    bodyBytes,
    own: readOwn(body.trunkline),
  };
}

const mediaFields = ["inlineData", "inline_data", "fileData", "file_data"];

function hasMedia(parts: unknown): boolean {
  const list = isArray(parts) ? parts : [parts];
  return list.some((part) => isObject(part) && mediaFields.some((field) => part[field] !== undefined));
}

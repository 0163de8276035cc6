// Reads a client's Messages request: bytes → parsed body, checked as far as the gateway itself looks, with its outline.
// The rest is checked where it is read as canonical; a provider of the same dialect gets it as it came.
// Source: https://docs.claude.com/en/api/messages
import type { Buffer } from "node:buffer";
import { isArray, isObject, type Json } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { Fields, wrongType } from "../body-fields.js";
import type { ClientHeaders, ClientRequest, Outline, Profile } from "../dialect.js";
import { parseBody, readModel, readModels, readOwn } from "../openai-chat/request.js";
import { readRequest as readCanonical } from "./read-request.js";

/** OpenRouter's bound. Source: https://openrouter.ai/docs/api/api-reference/anthropic-messages/create-messages */
const maxFallbacks = 20;

/**
 * `max_tokens` is demanded on `/v1`, as Anthropic demands it, and not on `/api/v1`.
 * @throws TrunklineError `invalid_request` that names the field, `invalid_json`
 */
export function readRequest(bytes: Buffer, profile: Profile, headers: ClientHeaders = {}): ClientRequest {
  const json = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const body = parseBody(json);
  const { model, fallbackModels } = readModels(json, body);
  const fields = new Fields(body);
  const maxOutputTokens = fields.positive("max_tokens");
  if (maxOutputTokens === undefined && profile === "openai") fields.required("max_tokens");
  const hasImages = checkMessages(fields);
  const outline: Outline = {
    model,
    fallbackModels: [...fallbackModels, ...readFallbacks(fields)],
    stream: fields.flag("stream") ?? false,
    // Every stream of this dialect tells its usage.
    includeUsage: true,
    maxOutputTokens,
    choices: 1,
    wantsReasoning: isObject(body.thinking) && body.thinking.type !== "disabled",
    hasTools: isArray(body.tools) && body.tools.length > 0,
    hasImages,
    bodyBytes: bytes.length,
    own: readOwn(body.trunkline),
  };
  const ownHeaders = readHeaders(headers);
  let canonical: Request | undefined;
  return {
    outline,
    headers: ownHeaders,
    bytes: json,
    body,
    canonical() {
      canonical ??= withBetas(readCanonical(body), ownHeaders);
      return canonical;
    },
  };
}

/** Returns true where a message holds what is not counted by its bytes: a picture or a document. */
function checkMessages(body: Fields): boolean {
  let hasImages = false;
  for (const message of body.messages("messages")) {
    message.word("role", ["user", "assistant", "system"]);
    const content = message.take("content");
    if (content === undefined) message.requiredText("content");
    if (typeof content === "string") continue;
    if (!isArray(content))
      throw wrongType(message.at("content"), "one of a string or array of objects", content ?? null);
    for (const block of message.each("content")) {
      const type = block.requiredText("type");
      if (isPicture(type) || (type === "tool_result" && holdsPictures(block.take("content")))) hasImages = true;
    }
  }
  return hasImages;
}

const isPicture = (type: Json | undefined) => type === "image" || type === "document";

function holdsPictures(content: Json | undefined): boolean {
  return isArray(content) && content.some((block) => isObject(block) && isPicture(block.type));
}

/** OpenRouter's `fallbacks: [{ model }]`, beside its `models`. */
function readFallbacks(body: Fields): readonly string[] {
  return body
    .each("fallbacks", maxFallbacks)
    .map((fallback) => readModel(fallback.required("model"), fallback.at("model")));
}

/** Headers that are part of the dialect: which version of it, and which of its trials. */
const dialectHeaders = ["anthropic-version", "anthropic-beta"];
const longestHeader = 2_000;

function readHeaders(headers: ClientHeaders): Readonly<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const name of dialectHeaders) {
    const value = headers[name];
    const line = typeof value === "string" ? value : value?.join(",");
    if (line !== undefined && line.length <= longestHeader && /^[\x20-\x7e]+$/.test(line)) read[name] = line;
  }
  return read;
}

/** Another dialect has no such trials: their names go onto the receipt. */
function withBetas(request: Request, headers: Readonly<Record<string, string>>): Request {
  const betas = headers["anthropic-beta"];
  return betas === undefined ? request : { ...request, extra: { ...request.extra, "anthropic-beta": betas } };
}

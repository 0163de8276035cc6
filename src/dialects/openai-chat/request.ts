// Reads a client's chat request: bytes → parsed body, checked, with the outline that admit, plan and hold look at.
import { type Buffer, isUtf8 } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type JsonObject, number, text } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { findJsonFault } from "../../framing/json-fault.js";
import { isDeeperThan, readMembers } from "../../framing/json-members.js";
import type { ClientRequest, Outline, OwnFields, Profile } from "../dialect.js";
import { checkMessages } from "./check-messages.js";
import { checkSettings } from "./check-settings.js";
import { readCanonical } from "./read-canonical.js";
import { refuse } from "./refuse.js";

const maxDepth = 128;
const maxModelLength = 256;
const maxModels = 20;

/** `profile` changes nothing here: both paths take the same request. */
export function readRequest(bytes: Buffer, _profile: Profile): ClientRequest {
  const json = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const body = parseBody(json);
  const { model, fallbackModels } = readModels(json, body);
  const messages = checkMessages(body.messages, body.prompt !== undefined);
  checkSettings(body);
  // Field by field: a spread would cost more than all the checks.
  const outline: Outline = {
    model,
    fallbackModels,
    stream: body.stream === true,
    includeUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
    maxOutputTokens: number(body.max_completion_tokens) ?? number(body.max_tokens),
    choices: number(body.n) ?? 1,
    wantsReasoning: wantsReasoning(body),
    hasTools: isArray(body.tools) && body.tools.length > 0,
    hasImages: messages.hasImages,
    bodyBytes: bytes.length,
    own: readOwn(body.trunkline),
  };
  let canonical: Request | undefined;
  return {
    outline,
    bytes: json,
    body,
    canonical() {
      canonical ??= readCanonical(body);
      return canonical;
    },
  };
}

/** @throws TrunklineError `invalid_json`; `invalid_request` where it is nested too deep. */
export function parseBody(bytes: Buffer, fields = "model and messages"): JsonObject {
  if (bytes.length === 0) throw invalidJson("The request body is empty.", `Send a JSON object with ${fields}.`);
  if (!isUtf8(bytes)) throw invalidJson("The request body is not valid UTF-8.", "Send the JSON text encoded as UTF-8.");
  if (isDeeperThan(bytes, maxDepth))
    throw new TrunklineError(
      "invalid_request",
      `The request body is nested deeper than ${maxDepth} levels of objects and arrays.`,
      {
        whatToDo: "Flatten it, or send deep data as a string.",
      },
    );
  const source = bytes.toString("utf8");
  let body: unknown;
  try {
    body = JSON.parse(source);
  } catch {
    const fault = findJsonFault(source);
    throw invalidJson(
      `The request body is not valid JSON: ${fault.what} at line ${fault.line}, column ${fault.column}.`,
      "Build the body with a JSON library rather than by joining strings.",
    );
  }
  if (!isObject(body)) throw invalidJson("The request body must be a JSON object.", `Send an object with ${fields}.`);
  return body;
}

function invalidJson(message: string, whatToDo: string): TrunklineError {
  return new TrunklineError("invalid_json", message, { whatToDo });
}

export function readModels(bytes: Buffer, body: JsonObject): Pick<Outline, "model" | "fallbackModels"> {
  // Two readers may take different ones of two values: one would check the first, the provider serve the second.
  const named = readMembers(bytes)?.members.filter(({ key }) => key === "model") ?? [];
  if (named.length > 1) throw refuse("model", "The field 'model' is given twice.", "Send it once.");
  const fallbackModels = body.models === undefined || body.models === null ? [] : body.models;
  if (!isArray(fallbackModels) || fallbackModels.length > maxModels)
    throw refuse("models", `Invalid type for 'models': expected an array of at most ${maxModels} model names.`);
  const models = fallbackModels.map((model, index) => readModel(model, `models[${index}]`));
  const asked = body.model === undefined || body.model === null ? undefined : readModel(body.model, "model");
  const [first, ...rest] = asked === undefined ? models : [asked, ...models];
  if (first === undefined)
    throw refuse("model", "You must provide a model parameter.", 'For example "model": "openai/gpt-4o-mini".');
  return { model: first, fallbackModels: rest };
}

export function readModel(value: unknown, param: string): string {
  if (typeof value !== "string") throw refuse(param, `Invalid type for '${param}': expected a string.`);
  if (value.trim() === "") throw refuse(param, `Invalid '${param}': empty string.`, "Name a model.");
  if (value.length > maxModelLength)
    throw refuse(param, `Invalid '${param}': longer than ${maxModelLength} characters.`);
  if (/\p{Cc}/u.test(value)) throw refuse(param, `Invalid '${param}': it holds control characters.`);
  return value;
}

function wantsReasoning(body: JsonObject): boolean {
  const effort = text(body.reasoning_effort);
  if (effort !== undefined) return effort !== "none";
  if (isObject(body.reasoning)) return body.reasoning.enabled !== false && body.reasoning.effort !== "none";
  return body.include_reasoning === true;
}

export function readOwn(value: unknown): OwnFields {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw refuse("trunkline", "Invalid type for 'trunkline': expected an object.");
  const { timeoutMs, strict } = value;
  if (timeoutMs !== undefined && (typeof timeoutMs !== "number" || !Number.isInteger(timeoutMs) || timeoutMs < 1))
    throw refuse("trunkline.timeoutMs", "Invalid 'trunkline.timeoutMs': expected a positive whole number.");
  if (strict !== undefined && typeof strict !== "boolean")
    throw refuse("trunkline.strict", "Invalid type for 'trunkline.strict': expected a boolean.");
  return { ...(timeoutMs !== undefined && { timeoutMs }), ...(strict !== undefined && { strict }) };
}

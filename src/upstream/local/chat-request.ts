// Reads an OpenAI chat completions request as far as a model in this house can honour it, and refuses the rest by name.
import { isArray, isObject, type Json, type JsonObject, number, parseJson, text } from "../../canonical/json.js";

export interface ChatTurn {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

export interface ChatJob {
  /** As the client named it; empty when it named none. */
  readonly model: string;
  readonly turns: readonly ChatTurn[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly seed: number | undefined;
}

export interface ChatRefusal {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

export type ReadChat =
  | { readonly ok: true; readonly job: ChatJob }
  | { readonly ok: false; readonly refusal: ChatRefusal };

const roles: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};
const longestStopList = 16;

export function readChatRequest(body: string): ReadChat {
  const request = parseJson(body);
  if (!isObject(request)) return refuse("The body is not a JSON object.", null);
  const refusal = refusedFeature(request) ?? outOfRange(request);
  if (refusal) return refusal;
  const turns = readTurns(request.messages);
  if (typeof turns === "string") return refuse(turns, "messages");
  const stop = readStop(request.stop);
  if (!stop) return refuse(`'stop' must be a string or a list of up to ${longestStopList} strings.`, "stop");
  const options = request.stream_options;
  return {
    ok: true,
    job: {
      model: text(request.model) ?? "",
      turns,
      stream: request.stream === true,
      includeUsage: isObject(options) && options.include_usage === true,
      maxTokens: number(request.max_completion_tokens) ?? number(request.max_tokens),
      stop,
      temperature: number(request.temperature),
      topP: number(request.top_p),
      seed: number(request.seed),
    },
  };
}

function refusedFeature(request: JsonObject): ReadChat | undefined {
  for (const param of ["tools", "functions"]) {
    const given = request[param];
    if (isArray(given) && given.length > 0) return refuse("This model has no tools.", param, "unsupported_parameter");
  }
  const format = request.response_format;
  if (isObject(format) && format.type !== "text") {
    return refuse("This model answers in plain text only.", "response_format", "unsupported_parameter");
  }
  if (number(request.n) !== undefined && request.n !== 1) {
    return refuse("This model gives one choice.", "n", "unsupported_parameter");
  }
  if (request.logprobs === true) return refuse("This model gives no logprobs.", "logprobs", "unsupported_parameter");
  return undefined;
}

const ranges = [
  { param: "max_tokens", from: 1, to: Number.MAX_SAFE_INTEGER, whole: true },
  { param: "max_completion_tokens", from: 1, to: Number.MAX_SAFE_INTEGER, whole: true },
  { param: "temperature", from: 0, to: 2, whole: false },
  { param: "top_p", from: 0, to: 1, whole: false },
  { param: "seed", from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER, whole: true },
] as const;

function outOfRange(request: JsonObject): ReadChat | undefined {
  for (const { param, from, to, whole } of ranges) {
    const given = request[param];
    if (given === undefined || given === null) continue;
    const value = number(given);
    if (value === undefined || value < from || value > to || (whole && !Number.isInteger(value))) {
      const kind = whole ? "a whole number" : "a number";
      const upTo = to === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${to}`;
      return refuse(`'${param}' must be ${kind} of at least ${from}${upTo}.`, param);
    }
  }
  return undefined;
}

/** A sentence where the messages can't be read. */
function readTurns(messages: Json | undefined): readonly ChatTurn[] | string {
  if (!isArray(messages) || messages.length === 0) return "'messages' must be a list that is not empty.";
  const turns: ChatTurn[] = [];
  for (const [index, message] of messages.entries()) {
    if (!isObject(message)) return `messages[${index}] must be an object.`;
    const role = roles[text(message.role) ?? ""];
    if (!role) return `messages[${index}].role must be system, developer, user or assistant: this model has no tools.`;
    const joined = readContent(message.content);
    if (joined === undefined) return `messages[${index}].content must be text: this model reads nothing else.`;
    turns.push({ role, text: joined });
  }
  return turns;
}

function readContent(content: Json | undefined): string | undefined {
  if (typeof content === "string") return content;
  if (!isArray(content)) return undefined;
  let joined = "";
  for (const part of content) {
    if (!isObject(part) || part.type !== "text" || typeof part.text !== "string") return undefined;
    joined += part.text;
  }
  return joined;
}

function readStop(stop: Json | undefined): readonly string[] | undefined {
  if (stop === undefined || stop === null) return [];
  const list = isArray(stop) ? stop : [stop];
  if (list.length > longestStopList) return undefined;
  const strings: string[] = [];
  for (const item of list) {
    if (typeof item !== "string") return undefined;
    if (item !== "") strings.push(item);
  }
  return strings;
}

function refuse(message: string, param: string | null, code: string | null = null): ReadChat {
  return { ok: false, refusal: { status: 400, message, type: "invalid_request_error", code, param } };
}

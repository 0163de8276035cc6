// What the routes that count and price are asked about: a body of any dialect that can be read, and the model that it is for.
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { parseBody } from "../../dialects/openai-chat/request.js";
import { requestReaders } from "../../dialects/request-readers.js";

export interface QuotedBody {
  /** As the body names it; undefined where it names none. */
  readonly model: string | undefined;
  readonly request: Request;
}

export type ReadQuotedBody = (body: JsonObject) => QuotedBody;

const usualDialect = "openai-chat";

/** @throws TrunklineError `invalid_request` that names the known ones */
export function readerOf(query: URLSearchParams): ReadQuotedBody {
  const asked = query.get("dialect") ?? usualDialect;
  for (const [name, read] of requestReaders) if (name === asked) return read;
  throw new TrunklineError("invalid_request", `"${asked.slice(0, 50)}" is no dialect that can be read.`, {
    param: "dialect",
    whatToDo: `Write dialect=${[...requestReaders.keys()].join(", ")}, or leave it out for ${usualDialect}.`,
  });
}

/** A byte order mark in front is no part of the JSON. @throws TrunklineError `invalid_json`, `invalid_request` */
export function readObject(bytes: Buffer): JsonObject {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return parseBody(isMarked ? bytes.subarray(3) : bytes);
}

/** `true` and `false`; false where it is left out. @throws TrunklineError `invalid_request` */
export function readSwitch(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? "false";
  if (value === "true" || value === "false") return value === "true";
  throw new TrunklineError("invalid_request", `"${name}" must be true or false.`, { param: name });
}

/** @throws TrunklineError `invalid_request` */
export function readNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new TrunklineError("invalid_request", `"${name}" must be a whole number from 0 to ${most}.`, { param: name });
}

const longestName = 256;

/** @throws TrunklineError `invalid_request` */
export function checkName(name: string, param: string): string {
  if (name.trim() !== "" && name.length <= longestName && !/\p{Cc}/u.test(name)) return name;
  throw new TrunklineError("invalid_request", `"${param}" must be the name of a model.`, { param });
}

export function noModel(): TrunklineError {
  return new TrunklineError("invalid_request", "You must provide a model parameter.", {
    param: "model",
    whatToDo: 'Name it in the body, as in "model": "openai/gpt-4o-mini", or in the query.',
  });
}

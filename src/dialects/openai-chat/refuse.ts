// A 400 that names the field, in OpenAI's words.
import { TrunklineError } from "../../canonical/error.js";

export function refuse(param: string, message: string, whatToDo?: string): TrunklineError {
  return new TrunklineError("invalid_request", message, { param, ...(whatToDo !== undefined && { whatToDo }) });
}

/** What a wrong value is, for the end of "expected …, but got …". */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "boolean" ? "a boolean" : `a ${typeof value}`;
}

/** A wrong value in quotes, short and printable: it goes into messages and logs, so never more than a word of it. */
export function quote(value: string): string {
  return `'${value.replace(/[^\x20-\x7e]/g, "?").slice(0, 32)}'`;
}

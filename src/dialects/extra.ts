// What a client's dialect carried and canonical has no name for, by its path in the request.
import type { Json } from "../canonical/json.js";

export type Extra = { [field: string]: Json };

/** Defined, not assigned: a field named `__proto__` is plain data. */
export function setExtra(extra: Extra, field: string, value: Json): void {
  Object.defineProperty(extra, field, { value, enumerable: true, configurable: true, writable: true });
}

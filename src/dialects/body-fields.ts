// One JSON object of a client's body: its fields are read with their types checked, a mistake is named by its path, and
// what was not read can be kept.
import type { TrunklineError } from "../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject } from "../canonical/json.js";
import { type Extra, setExtra } from "./extra.js";
import { kindOf, quote, refuse } from "./openai-chat/refuse.js";

export const maxMessages = 10_000;
export const maxTools = 5000;

/** How a dialect writes JSON. */
interface Notation {
  /** The name under which the object holds a field. */
  spell(object: JsonObject, field: string): string;
  /** Whether one object may stand where a list is expected. */
  readonly takesLoneObjects: boolean;
}

export const plainJson: Notation = { spell: (_object, field) => field, takesLoneObjects: false };

/**
 * Protobuf's JSON, Google's: `fileData` or `file_data`, and a list of one may go without its brackets.
 * Source: https://protobuf.dev/programming-guides/json/
 */
export const protobufJson: Notation = {
  spell(object, field) {
    if (Object.hasOwn(object, field)) return field;
    const snake = snakeOf(field);
    return Object.hasOwn(object, snake) ? snake : field;
  },
  takesLoneObjects: true,
};

/** Names of fields that are read are few: each is spelled once. */
const snakes = new Map<string, string>();

function snakeOf(field: string): string {
  const known = snakes.get(field);
  if (known !== undefined) return known;
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakes.set(field, snake);
  return snake;
}

/** Null counts as not set, except where a field is required. All throw TrunklineError `invalid_request`. */
export class Fields {
  /** Where the object stands in the body; empty for the body itself. */
  readonly path: string;
  readonly #object: JsonObject;
  readonly #notation: Notation;
  /** A short list: at most what this dialect knows of one object. */
  readonly #read: string[] = [];

  constructor(object: JsonObject, path = "", notation: Notation = plainJson) {
    this.path = path;
    this.#object = object;
    this.#notation = notation;
  }

  /** The path of a field, as the client spelled it. */
  at(field: string): string {
    return this.#join(this.#notation.spell(this.#object, field));
  }

  has(field: string): boolean {
    const value = this.#object[this.#notation.spell(this.#object, field)];
    return value !== undefined && value !== null;
  }

  /** Whether nothing is set but these. */
  hasOnly(fields: readonly string[]): boolean {
    const names = new Set(fields.map((field) => this.#notation.spell(this.#object, field)));
    return Object.keys(this.#object).every((name) => names.has(name) || this.#object[name] === null);
  }

  /** The field's value, whatever it is. */
  take(field: string): Json | undefined {
    return this.#raw(field) ?? undefined;
  }

  /** The field's value, whatever it is but null. */
  required(field: string): Json {
    const value = this.#raw(field);
    if (value !== undefined && value !== null) return value;
    throw this.#lacks(field, "a value", value);
  }

  text(field: string): string | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === "string") return value;
    throw wrongType(this.at(field), "a string", value);
  }

  requiredText(field: string): string {
    const value = this.#raw(field);
    if (typeof value === "string") return value;
    throw this.#lacks(field, "a string", value);
  }

  /** A string with something in it. */
  requiredName(field: string): string {
    const value = this.requiredText(field);
    if (value !== "") return value;
    throw refuse(this.at(field), `Invalid '${this.at(field)}': empty string.`);
  }

  flag(field: string): boolean | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === "boolean") return value;
    throw wrongType(this.at(field), "a boolean", value);
  }

  number(field: string): number | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === "number") return value;
    throw wrongType(this.at(field), "a number", value);
  }

  integer(field: string): number | undefined {
    const value = this.take(field);
    if (value === undefined || (typeof value === "number" && Number.isInteger(value))) return value;
    throw wrongType(this.at(field), "an integer", value);
  }

  /** A whole number of at least 1. */
  positive(field: string): number | undefined {
    const value = this.integer(field);
    if (value === undefined || value >= 1) return value;
    throw refuse(this.at(field), `Invalid '${this.at(field)}': expected a whole number of at least 1.`);
  }

  object(field: string): JsonObject | undefined {
    const value = this.take(field);
    if (value === undefined || isObject(value)) return value;
    throw wrongType(this.at(field), "an object", value);
  }

  fields(field: string): Fields | undefined {
    const value = this.object(field);
    return value === undefined ? undefined : this.#inner(value, this.at(field));
  }

  requiredObject(field: string): JsonObject {
    const value = this.#raw(field);
    if (isObject(value)) return value;
    throw this.#lacks(field, "an object", value);
  }

  requiredFields(field: string): Fields {
    return this.#inner(this.requiredObject(field), this.at(field));
  }

  /** A list of strings. */
  texts(field: string): readonly string[] | undefined {
    const value = this.take(field);
    if (value === undefined) return undefined;
    if (!isArray(value)) throw wrongType(this.at(field), "an array of strings", value);
    return value.map((item, index) => {
      if (typeof item === "string") return item;
      throw wrongType(`${this.at(field)}[${index}]`, "a string", item);
    });
  }

  /** A list of objects; none where the field is not set. */
  each(field: string, atMost = Number.POSITIVE_INFINITY): Fields[] {
    const value = this.take(field);
    const path = this.at(field);
    if (value === undefined) return [];
    if (isObject(value) && this.#notation.takesLoneObjects) return [this.#inner(value, path)];
    if (!isArray(value)) throw wrongType(path, "an array of objects", value);
    if (value.length > atMost)
      throw refuse(path, `Invalid '${path}': ${value.length} items, at most ${atMost} are taken.`);
    return value.map((item, index) => {
      if (isObject(item)) return this.#inner(item, `${path}[${index}]`);
      throw wrongType(`${path}[${index}]`, "an object", item);
    });
  }

  /** The messages of a conversation, at least one. */
  messages(field: string): Fields[] {
    const value = this.#raw(field);
    if (value === undefined || value === null) throw this.#lacks(field, "an array of objects", value);
    const messages = this.each(field, maxMessages);
    if (messages.length > 0) return messages;
    const path = this.at(field);
    throw refuse(path, `Invalid '${path}': empty array. Expected an array with minimum length 1.`);
  }

  /** One of a few words. */
  word<Word extends string>(field: string, words: readonly Word[]): Word {
    const value = this.requiredText(field);
    const known = words.find((word) => word === value);
    if (known !== undefined) return known;
    const supported = words.map((word) => `'${word}'`).join(", ");
    throw refuse(this.at(field), `Invalid value: ${quote(value)}. Supported values are: ${supported}.`);
  }

  /** Keeps a field that was looked at and not understood. */
  keep(field: string, extra: Extra): void {
    const value = this.take(field);
    if (value !== undefined) setExtra(extra, this.at(field), value);
  }

  /** Keeps every field that was not read. */
  keepRest(extra: Extra): void {
    for (const name of Object.keys(this.#object)) {
      const value = this.#object[name];
      if (!this.#read.includes(name) && value !== undefined && value !== null) setExtra(extra, this.#join(name), value);
    }
  }

  /** Keeps the object as it is. */
  keepWhole(extra: Extra): void {
    setExtra(extra, this.path, this.#object);
  }

  #raw(field: string): Json | undefined {
    const name = this.#notation.spell(this.#object, field);
    this.#read.push(name);
    return this.#object[name];
  }

  #join(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #inner(object: JsonObject, path: string): Fields {
    return new Fields(object, path, this.#notation);
  }

  #lacks(field: string, expected: string, value: Json | undefined): TrunklineError {
    const path = this.at(field);
    if (value === undefined) return refuse(path, `Missing required parameter: '${path}'.`);
    return wrongType(path, expected, value);
  }
}

export function wrongType(path: string, expected: string, value: unknown): TrunklineError {
  return refuse(path, `Invalid type for '${path}': expected ${expected}, but got ${kindOf(value)} instead.`);
}

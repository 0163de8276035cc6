// A provider's own list of its models becomes facts: what exists now, and how much fits where it says so. Prices are in none.
// OpenAI's form, which most follow (https://platform.openai.com/docs/api-reference/models/list), with the fields that others add.
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { Modality } from "../model.js";
import {
  factBounds,
  isName,
  known,
  type ModelFact,
  nameOf,
  type Reading,
  RowFault,
  readRows,
  titleOf,
  tokensOf,
} from "./facts.js";

/** In order of preference: Groq, OpenRouter's form, Mistral, vLLM, Anthropic, Gemini. */
const windowFields = [
  "context_window",
  "context_length",
  "max_context_length",
  "max_model_len",
  "max_input_tokens",
  "inputTokenLimit",
];
const outputFields = ["max_completion_tokens", "max_output_tokens", "max_tokens", "outputTokenLimit"];

/**
 * Reads `{"data": [{"id": …}, …]}` (OpenAI, Groq, Mistral, Anthropic, Gemini's OpenAI-compatible list) or
 * `{"models": [{"name": …}, …]}` (Cohere, Gemini).
 */
export function readOwnList(document: Json | undefined, provider: string): Reading {
  const rows = isObject(document) ? [document.data, document.models].find(isArray) : undefined;
  if (rows === undefined) return { ok: false, sentence: "It is no list of models." };
  return readRows(
    rows.map((row) => [isObject(row) ? (text(row.id) ?? text(row.name) ?? "a row") : "a row", row]),
    (row) => readModel(provider, row),
  );
}

/** True where the list says that it goes on elsewhere: then what is missing in it may still be there. */
export function isPartOfList(document: Json | undefined): boolean {
  if (!isObject(document)) return true;
  return document.has_more === true || Boolean(text(document.next_page_token) ?? text(document.nextPageToken));
}

function readModel(provider: string, row: Json | undefined): ModelFact | undefined {
  if (!isObject(row)) throw new RowFault("form is not that of a model");
  // Gemini writes `models/gemini-2.5-flash`.
  const model = nameOf(text(row.id ?? row.name)?.replace(/^models\//, ""));
  const capabilities = isObject(row.capabilities) ? row.capabilities : undefined;
  // Mistral lists a moving name as a row of its own, whose `name` is the model that it points to today.
  if (capabilities !== undefined && row.id !== undefined && text(row.name) !== undefined && row.name !== row.id)
    return undefined;
  if (row.active === false) return undefined;
  const aliases = isArray(row.aliases) ? row.aliases.slice(0, factBounds.otherNames) : [];
  return {
    provider,
    model,
    otherNames: aliases.map((alias) => text(alias) ?? "").filter((name) => isName(name) && name !== model),
    ...known({
      name: titleOf(row.display_name ?? row.displayName),
      windowTokens: first(row, windowFields),
      maxOutputTokens: first(row, outputFields),
    }),
    ...(capabilities === undefined ? {} : kindOf(capabilities)),
  };
}

function first(row: JsonObject, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const tokens = tokensOf(row, field);
    if (tokens !== undefined) return tokens;
  }
  return undefined;
}

/** Mistral writes true and false, Anthropic `{"supported": true}`. Anthropic's models all chat and call tools. */
function kindOf(capabilities: JsonObject): Partial<ModelFact> {
  const can = (name: string) => {
    const value = capabilities[name];
    return isObject(value) ? value.supported === true : value === true;
  };
  const chats = "completion_chat" in capabilities ? can("completion_chat") : "thinking" in capabilities;
  if (!chats) return {};
  const also = (kind: Modality, ...names: readonly string[]) => (names.some(can) ? [kind] : []);
  return {
    input: ["text", ...also("image", "vision", "image_input"), ...also("audio", "audio"), ...also("file", "pdf_input")],
    output: ["text"],
    reasoning: can("reasoning") || can("thinking"),
    tools: "function_calling" in capabilities ? can("function_calling") : true,
  };
}

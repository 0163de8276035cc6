// Canonical turns as contents of Gemini's dialect: two roles, neighbours of one role joined, nothing empty, and thought
// signatures on the parts that they belong to. Source: https://ai.google.dev/api/caching#Content
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Part, ReasoningPart, Request, TextPart, ToolCallPart, Turn } from "../../canonical/request.js";
import type { Generation } from "./generation.js";
import { writeMedia } from "./write-media.js";
import { readArguments, writeResult } from "./write-result.js";

interface Content {
  readonly role: "user" | "model";
  readonly parts: JsonObject[];
}

export interface WrittenContents {
  readonly system: readonly JsonObject[];
  readonly contents: readonly Content[];
}

/**
 * Taken in place of a signature that nobody has. A model that thinks refuses a call of this turn without one.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const noSignature = "skip_thought_signature_validator";

export function writeContents(request: Request, generation: Generation, notes: ReceiptNote[]): WrittenContents {
  const system = writeTexts(request.instructions);
  const contents: Content[] = [];
  const names = namesOfCalls(request.turns);
  const currentFrom = request.turns.findLastIndex(({ role }) => role === "user");
  for (const [index, turn] of request.turns.entries()) {
    const path = `messages[${request.instructions.length > 0 ? index + 1 : index}]`;
    if (turn.name !== undefined)
      notes.push({ field: `${path}.name`, action: "dropped", why: "this API has no names of speakers" });
    if (turn.role === "system") {
      system.push(...writeTexts(turn.parts.filter((part) => part.type === "text")));
      notes.push({ field: path, action: "emulated", why: "instructions stand at the front in this API" });
    } else if (turn.role === "assistant") {
      const parts = writeAnswer(turn.parts, path, notes);
      if (generation.demandsSignatures && index > currentFrom) signFirstCall(parts, path, notes);
      add(contents, "model", parts);
    } else add(contents, "user", writeAsked(turn.parts, { path, names, generation, notes }));
  }
  return atLeastOne(system, contents, notes);
}

/** A conversation must have a message. */
function atLeastOne(system: JsonObject[], contents: Content[], notes: ReceiptNote[]): WrittenContents {
  if (contents.length > 0) return { system, contents };
  if (system.length === 0) return { system, contents: [{ role: "user", parts: [{ text: "" }] }] };
  notes.push({ field: "messages", action: "emulated", why: "this API needs a user message: the instructions are it" });
  return { system: [], contents: [{ role: "user", parts: system }] };
}

function add(contents: Content[], role: Content["role"], parts: readonly JsonObject[]): void {
  if (parts.length === 0) return;
  const last = contents.at(-1);
  if (last?.role === role) for (const part of parts) last.parts.push(part);
  else contents.push({ role, parts: [...parts] });
}

/** Empty text is refused. */
function writeTexts(parts: readonly TextPart[]): JsonObject[] {
  return parts.filter(({ text }) => text !== "").map(({ text }) => ({ text }));
}

/** A result names its function; canonical knows it by its call. */
function namesOfCalls(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { parts } of turns) for (const part of parts) if (part.type === "tool-call") names.set(part.id, part.name);
  return names;
}

interface Asked {
  readonly path: string;
  readonly names: ReadonlyMap<string, string>;
  readonly generation: Generation;
  readonly notes: ReceiptNote[];
}

/** Results first; what they cannot hold follows them. */
function writeAsked(parts: readonly Part[], { path, names, generation, notes }: Asked): JsonObject[] {
  const results: JsonObject[] = [];
  const others: JsonObject[] = [];
  for (const part of parts) {
    if (part.type === "tool-result") {
      const written = writeResult(part, { path, name: names.get(part.callId), generation, notes });
      results.push(written.result);
      others.push(...written.beside);
    } else if (part.type === "text") others.push(...writeTexts([part]));
    else if (part.type !== "tool-call" && part.type !== "reasoning") others.push(writeMedia(part, path, notes));
  }
  return [...results, ...others];
}

function writeAnswer(parts: readonly Part[], path: string, notes: ReceiptNote[]): JsonObject[] {
  const written: JsonObject[] = [];
  const owners = ownersOfSignatures(parts);
  for (const part of parts) {
    const signature = owners.get(part);
    const signed = signature === undefined ? {} : { thoughtSignature: signature };
    switch (part.type) {
      case "text":
        if (part.text !== "" || signature !== undefined) written.push({ text: part.text, ...signed });
        break;
      case "tool-call":
        written.push({ functionCall: writeCall(part, path, notes), ...signed });
        break;
      case "reasoning":
        if (part.encrypted !== undefined) {
          if (signature !== undefined) written.push({ text: "", ...signed });
          break;
        }
        if (part.text !== "") written.push({ text: part.text, thought: true });
        // Gemini signs what thinking led to, not the thought: this one is another provider's, and would be refused.
        if (part.signature !== undefined)
          notes.push({ field: `${path}.reasoning`, action: "dropped", why: "the signature is another provider's" });
        break;
      case "tool-result":
        break;
      default:
        written.push(writeMedia(part, path, notes));
    }
  }
  return written;
}

/**
 * Closed thinking goes on the part that it led to: the one behind it. Clients that keep thinking apart hand all of it back
 * at the front; then the last of it belongs to the first call, which needs it, and the rest to the texts before.
 */
function ownersOfSignatures(parts: readonly Part[]): ReadonlyMap<Part, string> {
  const owners = new Map<Part, string>();
  const callComes = callsAhead(parts);
  const closed: ReasoningPart[] = [];
  let next = 0;
  for (const [index, part] of parts.entries()) {
    if (part.type === "reasoning" && part.encrypted !== undefined) closed.push(part);
    const signature = closed[next]?.encrypted;
    if (signature === undefined || (part.type !== "text" && part.type !== "tool-call")) continue;
    if (next === closed.length - 1 && part.type === "text" && callComes[index] === true) continue;
    owners.set(part, signature);
    next++;
  }
  // Nothing follows that could carry these.
  for (const part of closed.slice(next)) if (part.encrypted !== undefined) owners.set(part, part.encrypted);
  return owners;
}

/** For each part, whether a call comes behind it, before any other closed thinking. */
function callsAhead(parts: readonly Part[]): readonly boolean[] {
  const ahead: boolean[] = [];
  let comes = false;
  for (let index = parts.length - 1; index >= 0; index--) {
    ahead[index] = comes;
    const part = parts[index];
    if (part?.type === "tool-call") comes = true;
    else if (part?.type === "reasoning" && part.encrypted !== undefined) comes = false;
  }
  return ahead;
}

/** Of calls that were made together only the first is signed. */
function signFirstCall(parts: JsonObject[], path: string, notes: ReceiptNote[]): void {
  const at = parts.findIndex(({ functionCall }) => functionCall !== undefined);
  const call = parts[at];
  if (call === undefined || call.thoughtSignature !== undefined) return;
  parts[at] = { ...call, thoughtSignature: noSignature };
  notes.push({
    field: `${path}.tool_calls`,
    action: "emulated",
    why: "the call came without its thought signature: this API was told not to look for it",
  });
}

function writeCall({ id, name, argumentsJson }: ToolCallPart, path: string, notes: ReceiptNote[]): JsonObject {
  const args = readArguments(argumentsJson);
  if (args === undefined)
    notes.push({
      field: `${path}.tool_calls`,
      action: "emulated",
      why: "arguments that are no JSON object are sent as text",
    });
  return { ...(id !== "" && { id }), name, args: args ?? { arguments: argumentsJson } };
}

/** Marks that ask for caching; this API caches on its own, or what `cachedContent` names. */
export function hasCacheMarks({ instructions, turns, tools }: Request): boolean {
  const isMarked = (part: Part) => "cache" in part && part.cache !== undefined;
  return (
    instructions.some(isMarked) ||
    turns.some(({ parts }) => parts.some(isMarked)) ||
    tools.some(({ cache }) => cache !== undefined)
  );
}

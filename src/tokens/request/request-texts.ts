// The texts of a request that are to be counted, one after the other, and what stands around them whatever they say.
import type { Part, ReasoningPart, Request, Turn } from "../../canonical/request.js";
import { looksOf, mediaTokens, textOfFile } from "./media-tokens.js";
import type { KeptReasoning, ReasoningRules, RequestRules } from "./rules.js";
import { toolTexts } from "./tool-text.js";

/** So many heads of images and sounds are looked into, or four documents: a few milliseconds in all. */
const mostLooks = 128;

export type CountedPart = "instructions" | "messages" | "tools";

export interface RequestText {
  readonly text: string;
  /** What it belongs to; the schema of the answer is among the tools. */
  readonly part: CountedPart;
}

/** Tokens that need no counting of text. */
export interface FixedTokens {
  /** Of messages, of the start and of the reply. */
  readonly messages: number;
  /** Of hidden tool prompts, around definitions and the schema of the answer. */
  readonly tools: number;
  /** Around calls and results. */
  readonly calls: number;
  /** Of reasoning that is handed back encrypted. */
  readonly reasoning: number;
  readonly mediaLikely: number;
  readonly mediaMost: number;
  /** Nothing but messages of text, and nothing that was not understood. */
  readonly isPlain: boolean;
}

/** Every text that the model reads, in order. One at a time, so that a long request can be counted in slices. */
export function* textsOf(request: Request, rules: RequestRules): Generator<RequestText> {
  for (const { text } of request.instructions) yield { text, part: "instructions" };
  for (const text of toolTexts(toolsSent(request, rules), rules.tools.style)) yield { text, part: "tools" };
  if (request.format?.type === "json-schema") yield { text: JSON.stringify(request.format.schema), part: "tools" };
  const names = rules.calls.namesResult ? namesOfCalls(request.turns) : undefined;
  const reasoningFrom = firstKept(request.turns, rules.reasoning.words);
  for (const [index, turn] of request.turns.entries()) {
    if (turn.name !== undefined) yield { text: turn.name, part: "messages" };
    for (const part of turn.parts) {
      for (const text of textsOfPart(part, index >= reasoningFrom, names)) yield { text, part: "messages" };
    }
  }
}

function textsOfPart(part: Part, keepsReasoning: boolean, names: ReadonlyMap<string, string> | undefined): string[] {
  switch (part.type) {
    case "text":
      return [part.text];
    case "tool-call":
      return [part.name, part.argumentsJson];
    case "tool-result": {
      const name = names?.get(part.callId);
      const texts = part.content.flatMap((content) => textsOfPart(content, keepsReasoning, names));
      return name === undefined ? texts : [name, ...texts];
    }
    case "reasoning":
      return keepsReasoning ? [part.text] : [];
    default: {
      const text = textOfFile(part);
      return text === undefined ? [] : [text];
    }
  }
}

export function fixedTokens(request: Request, rules: RequestRules): FixedTokens {
  const { instructions, turns, format } = request;
  const tools = toolsSent(request, rules);
  const tally = { messages: rules.messages.priming + rules.messages.preamble, calls: 0, results: 0, parts: 0 };
  const sum = { reasoning: hiddenReasoning(request, rules.reasoning), mediaLikely: 0, mediaMost: 0 };
  if (instructions.length === 0) tally.messages += rules.messages.defaultInstructions;
  else tally.messages += rules.messages.instructions + rules.messages.perInstructionPart * instructions.length;
  const { encrypted } = rules.reasoning;
  const encryptedFrom = firstKept(turns, encrypted?.kept ?? "never");
  const hasSystemTurn = instructions.length > 0 || turns.some(({ role }) => role === "system");
  let looks = mostLooks;
  const addMedia = (part: Part) => {
    if (part.type !== "image" && part.type !== "audio" && part.type !== "file") return;
    looks -= looksOf(part);
    const { likely, most } = mediaTokens(part, rules.media, looks >= 0);
    sum.mediaLikely += likely;
    sum.mediaMost += most;
    tally.parts += 1;
  };
  for (const [index, turn] of turns.entries()) {
    let isMessage = turn.parts.length === 0;
    for (const part of turn.parts) {
      if (part.type === "tool-call") tally.calls += 1;
      else if (part.type === "tool-result") {
        tally.results += 1;
        part.content.forEach(addMedia);
      } else if (part.type === "reasoning") {
        tally.parts += 1;
        if (index >= encryptedFrom) sum.reasoning += encryptedTokens(part, encrypted?.charactersPerToken);
      } else {
        isMessage = true;
        addMedia(part);
      }
    }
    if (!isMessage) continue;
    tally.messages += rules.messages.perMessage + (turn.name === undefined ? 0 : rules.messages.perName);
    if (turn.role === "assistant") tally.messages += rules.messages.perAssistantMessage;
  }
  const isText = format === undefined || format.type === "text" || (format.type === "json" && rules.format.json === 0);
  return {
    messages: tally.messages,
    tools: aroundTools(request, tools.length, hasSystemTurn, rules) + formatTokens(request, rules),
    calls: tally.calls * rules.calls.perCall + tally.results * rules.calls.perResult,
    ...sum,
    isPlain: tools.length + tally.calls + tally.results + tally.parts === 0 && isText && isUnderstood(request),
  };
}

/** The definitions that the model reads; none where the choice is `none` and the provider then leaves them out. */
function toolsSent({ tools, toolChoice }: Request, rules: RequestRules): Request["tools"] {
  return toolChoice?.type === "none" && rules.tools.whenNone === "dropped" ? [] : tools;
}

function aroundTools({ toolChoice }: Request, count: number, hasSystemTurn: boolean, rules: RequestRules): number {
  if (count === 0) return 0;
  const { hiddenAuto, hiddenForced, hiddenNone, withoutInstructions, perTool } = rules.tools;
  const isForced = toolChoice?.type === "required" || toolChoice?.type === "named";
  const free = toolChoice?.type === "none" ? (hiddenNone ?? hiddenAuto) : hiddenAuto;
  return (isForced ? hiddenForced : free) + (hasSystemTurn ? 0 : withoutInstructions) + perTool * count;
}

function formatTokens({ format }: Request, rules: RequestRules): number {
  if (format?.type === "json") return rules.format.json;
  return format?.type === "json-schema" ? rules.format.schema : 0;
}

function hiddenReasoning({ reasoning }: Request, { hidden }: ReasoningRules): number {
  if (hidden === undefined) return 0;
  const isOff = reasoning?.effort === "none" || reasoning?.enabled === false;
  if (isOff || (hidden.when !== "unless-off" && reasoning === undefined)) return 0;
  return hidden.when === "budget" && reasoning?.budgetTokens === undefined ? 0 : hidden.tokens;
}

/** The turn from which on reasoning is read again; past the end where none is. */
function firstKept(turns: readonly Turn[], kept: KeptReasoning): number {
  if (kept === "always") return 0;
  if (kept === "never") return turns.length;
  return (
    1 + turns.findLastIndex(({ role, parts }) => role === "user" && parts.some(({ type }) => type !== "tool-result"))
  );
}

function encryptedTokens(
  { encrypted, signature }: ReasoningPart,
  charactersPerToken = Number.POSITIVE_INFINITY,
): number {
  return Math.ceil((encrypted ?? signature ?? "").length / charactersPerToken);
}

function namesOfCalls(turns: readonly Turn[]): ReadonlyMap<string, string> | undefined {
  let names: Map<string, string> | undefined;
  for (const { parts } of turns)
    for (const part of parts) {
      if (part.type !== "tool-call") continue;
      names ??= new Map();
      names.set(part.id, part.name);
    }
  return names;
}

/** Fields that are messages, tools or what stands in for them, whatever is below them. */
const unreadContent = /^(messages|input|contents|system|instructions|tools|plugins|documents)\b/;
const storedContent = new Set(
  "web_search_options previous_response_id conversation container cachedContent cached_content prompt preset".split(
    " ",
  ),
);

/** False where the client sent what canonical has no name for: a search, a file or a conversation kept at the provider. */
function isUnderstood({ extra }: Request): boolean {
  for (const field in extra) if (unreadContent.test(field) || storedContent.has(field)) return false;
  return true;
}

// What can be counted and priced: a text, a question, or the body of a chat as it goes over the wire.
import { TrunklineError } from "../canonical/error.js";
import type { Request } from "../canonical/request.js";
import { parseBody } from "../dialects/openai-chat/request.js";
import { requestReaders } from "../dialects/request-readers.js";
import { quoteCosts } from "../gateway/quote/cheapest.js";
import { type CostOptions, type CostQuote, pricedRequest } from "../gateway/quote/quote-cost.js";
import { type QuoteParts, quoteRequest, quoteTexts, type TokenCount } from "../gateway/quote/quote-tokens.js";
import { type Prompt, writeQuestion } from "./question.js";

/** The body of OpenAI's Chat Completions. Further fields of it may be there. */
export interface ChatBody {
  readonly model?: string | undefined;
  readonly messages: readonly object[];
  readonly max_tokens?: number | null | undefined;
  readonly max_completion_tokens?: number | null | undefined;
  readonly tools?: readonly object[] | undefined;
  readonly tool_choice?: string | object | undefined;
  readonly response_format?: object | undefined;
  readonly reasoning_effort?: string | null | undefined;
  readonly n?: number | null | undefined;
}

/** A question; its model may also be named apart. */
export type CountablePrompt = Prompt & { readonly model?: string | undefined };

/**
 * A string is a plain text: its own tokens, without anything that a chat puts around it. Where a string is priced, it is
 * the one message of a chat.
 */
export type Countable = string | CountablePrompt | ChatBody;

export interface CostChoice extends CostOptions {
  /** In place of the one model; `cheapest:10` are the ten cheapest. 50 at most. */
  readonly models?: readonly string[] | undefined;
}

/** @throws TrunklineError */
export async function countCountable(
  parts: QuoteParts,
  countable: Countable,
  model: string | undefined,
): Promise<TokenCount> {
  if (typeof countable !== "string") {
    const name = modelOf(countable, model);
    return quoteRequest(parts, requestOf(countable, name), name);
  }
  const [count] = await quoteTexts(parts, [countable], modelOf({}, model));
  if (count === undefined) throw new Error("a text was not counted");
  return count;
}

/** @throws TrunklineError */
export async function priceCountable(
  parts: QuoteParts,
  countable: Countable,
  { models, ...options }: CostChoice,
): Promise<readonly CostQuote[]> {
  const asked = typeof countable === "string" ? { prompt: countable } : countable;
  const names = models ?? [modelOf(asked, undefined)];
  const request = requestOf(asked, names[0] ?? "");
  return (await quoteCosts(parts, pricedRequest(parts.counter, request), names, options)).quotes;
}

function modelOf({ model }: { readonly model?: string | undefined }, named: string | undefined): string {
  const found = named ?? model;
  if (found !== undefined) return found;
  throw new TrunklineError("invalid_request", "You must provide a model parameter.", {
    param: "model",
    whatToDo: 'Name it, for example "openai/gpt-4o-mini".',
  });
}

/** What would be sent, as the neutral request. @throws TrunklineError `invalid_request` that names the field */
export function requestOf(countable: CountablePrompt | ChatBody, model: string): Request {
  const body = "messages" in countable ? JSON.stringify(countable) : writeQuestion({ ...countable, model }, true);
  const read = requestReaders.get("openai-chat");
  if (read === undefined) throw new Error("the Chat dialect has no reader");
  return read(parseBody(Buffer.from(body, "utf8"))).request;
}

// POST /v1/tokens and /api/v1/tokens: how many tokens requests of any dialect, or plain texts, have for a model. Nothing is sent.
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { type QuoteParts, quoteRequest, quoteTexts, type TokenCount } from "../../gateway/quote/quote-tokens.js";
import { createTokenDetail, type TokenDetail } from "../../gateway/quote/token-detail.js";
import { readBody } from "../body.js";
import type { Call, Route } from "../route.js";
import { sendInSteps } from "../send-in-steps.js";
import { checkName, noModel, type ReadQuotedBody, readerOf, readObject, readSwitch } from "./read-quoted.js";

export interface TokenRouteParts {
  readonly quote: QuoteParts;
  readonly pause: () => Promise<void>;
  readonly bodyBytes: number;
}

export function tokenRoutes(parts: TokenRouteParts): readonly Route[] {
  const serve = (call: Call) => serveTokens(parts, call);
  return [
    { method: "POST", path: "/v1/tokens", access: "key", serve },
    { method: "POST", path: "/api/v1/tokens", access: "key", serve },
  ];
}

const mostRequests = 100;
const mostTexts = 10_000;

/** What is counted, and for which model. */
type Question =
  | { readonly model: string; readonly request: Request }
  | { readonly model: string; readonly texts: readonly string[] };

interface Answer {
  readonly count: TokenCount;
  readonly detail: TokenDetail | undefined;
}

async function serveTokens(parts: TokenRouteParts, call: Call): Promise<void> {
  const query = call.query();
  const read = readerOf(query);
  const wantsDetail = readSwitch(query, "detail");
  const named = query.get("model");
  const model = named === null ? undefined : checkName(named, "model");
  const body = readObject(await readBody(call.request, call.response, parts.bodyBytes));
  const detail = wantsDetail ? createTokenDetail(parts.quote) : undefined;
  const answers: Answer[] = [];
  for (const question of readQuestions(body, read, model)) {
    // Whoever has left needs no count.
    if (call.response.destroyed) return;
    if ("request" in question) {
      const count = await quoteRequest(parts.quote, question.request, question.model);
      answers.push({ count, detail: await detail?.ofRequest(question.model, question.request, count) });
      continue;
    }
    const counts = await quoteTexts(parts.quote, question.texts, question.model);
    for (const [index, count] of counts.entries()) {
      const text = question.texts[index] ?? "";
      answers.push({ count, detail: await detail?.ofText(question.model, text, count) });
    }
  }
  await sendInSteps(call.response, jsonOf(answers), parts.pause);
}

function readQuestions(body: JsonObject, read: ReadQuotedBody, model: string | undefined): readonly Question[] {
  if (isArray(body.requests)) return readRequests(body.requests, read, model);
  if (typeof body.text === "string") return [{ model: modelOf(body, model), texts: [body.text] }];
  if (isArray(body.texts)) return [{ model: modelOf(body, model), texts: readTexts(body.texts) }];
  return [readQuestion(body, read, model)];
}

function modelOf({ model }: JsonObject, named: string | undefined): string {
  if (named !== undefined) return named;
  if (model === undefined || model === null) throw noModel();
  return checkName(typeof model === "string" ? model : "", "model");
}

function readTexts(texts: readonly Json[]): readonly string[] {
  if (texts.length > mostTexts) throw tooMany("texts", mostTexts);
  return texts.map((text, index) => {
    if (typeof text === "string") return text;
    throw new TrunklineError("invalid_request", "Each text must be a string.", { param: `texts[${index}]` });
  });
}

function readRequests(bodies: readonly Json[], read: ReadQuotedBody, model: string | undefined): readonly Question[] {
  if (bodies.length > mostRequests) throw tooMany("requests", mostRequests);
  return bodies.map((body, index) => {
    const place = `requests[${index}]`;
    if (!isObject(body))
      throw new TrunklineError("invalid_request", "Each request must be an object.", { param: place });
    try {
      return readQuestion(body, read, model);
    } catch (error) {
      if (!TrunklineError.is(error)) throw error;
      const { param } = error.details;
      throw error.with({ param: param === undefined ? place : `${place}.${param}` });
    }
  });
}

function readQuestion(body: JsonObject, read: ReadQuotedBody, named: string | undefined): Question {
  const { model, request } = read(body);
  const asked = named ?? model;
  if (asked === undefined) throw noModel();
  return { model: asked, request };
}

function tooMany(param: string, most: number): TrunklineError {
  return new TrunklineError("invalid_request", `"${param}" has more than ${most} elements.`, {
    param,
    whatToDo: "Send the rest in another call.",
  });
}

/** The answer as JSON, a little at a time: the pieces of a long text are many. */
function* jsonOf(answers: readonly Answer[]): Generator<string> {
  yield '{"data":[';
  for (const [index, { count, detail }] of answers.entries()) {
    const notes = [...count.notes, ...(detail?.notes ?? [])];
    const head = JSON.stringify({ ...count, notes });
    if (index > 0) yield ",";
    if (detail === undefined || detail.texts.length === 0) yield head;
    else {
      yield `${head.slice(0, -1)},"texts":[`;
      yield* textsJson(detail);
      yield "]}";
    }
  }
  yield "]}";
}

function* textsJson(detail: TokenDetail): Generator<string> {
  for (const [index, { part, bytes, pieces }] of detail.texts.entries()) {
    yield `${index > 0 ? "," : ""}{"part":${JSON.stringify(part)},"bytes":${bytes},"pieces":[`;
    let isFirst = true;
    for (const batch of pieces()) {
      if (batch.length === 0) yield "";
      else {
        yield (isFirst ? "" : ",") + JSON.stringify(batch).slice(1, -1);
        isFirst = false;
      }
    }
    yield "]}";
  }
}

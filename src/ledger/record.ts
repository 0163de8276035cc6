// Reads records back from JSON, field by field: the journal's lines and the store's rows pass through here.
import { type ErrorCode, errorRules } from "../canonical/error.js";
import { isArray, isObject, type Json, number, text } from "../canonical/json.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { Usage } from "../canonical/usage.js";
import { type Attempt, type Ending, endings, type Generation, type HoldEntry } from "./generation.js";
import type { JournalEntry } from "./ports.js";

/** One entry of the journal; undefined where this is none. */
export function readEntry(value: Json | undefined): JournalEntry | undefined {
  if (!isObject(value)) return undefined;
  if (value.kind === "hold") {
    const hold = readHold(value.hold);
    return hold && { kind: "hold", hold };
  }
  if (value.kind === "settle") {
    const generation = readGeneration(value.generation);
    return generation && { kind: "settle", generation };
  }
  return undefined;
}

function readHold(value: Json | undefined): HoldEntry | undefined {
  if (!isObject(value)) return undefined;
  const id = text(value.id);
  const createdMs = number(value.createdMs);
  const modelAsked = text(value.modelAsked);
  const provider = text(value.provider);
  const upstreamModel = text(value.upstreamModel);
  if (id === undefined || createdMs === undefined || modelAsked === undefined) return undefined;
  if (provider === undefined || upstreamModel === undefined) return undefined;
  return {
    id,
    createdMs,
    keyHash: text(value.keyHash),
    modelAsked,
    provider,
    upstreamModel,
    dialect: text(value.dialect) ?? "unknown",
    streamed: value.streamed === true,
    holdNanoUsd: number(value.holdNanoUsd),
  };
}

/**
 * A whole record; undefined where a field is missing that no record is without.
 * Words that a newer version wrote are read as the nearest one that this version knows: a row is never lost over them.
 */
export function readGeneration(value: Json | undefined): Generation | undefined {
  if (!isObject(value)) return undefined;
  const id = text(value.id);
  const createdMs = number(value.createdMs);
  const modelAsked = text(value.modelAsked);
  const status = number(value.status);
  if (id === undefined || createdMs === undefined || modelAsked === undefined || status === undefined) return undefined;
  return {
    id,
    createdMs,
    keyHash: text(value.keyHash),
    modelAsked,
    model: text(value.model),
    provider: text(value.provider),
    upstreamModel: text(value.upstreamModel),
    upstreamId: text(value.upstreamId),
    dialect: text(value.dialect) ?? "unknown",
    streamed: value.streamed === true,
    status,
    ending: readEnding(value.ending),
    code: readCode(value.code),
    finishReason: text(value.finishReason),
    nativeFinishReason: text(value.nativeFinishReason),
    usage: readUsage(value.usage),
    countedInputTokens: number(value.countedInputTokens),
    countMethod: value.countMethod === "exact" || value.countMethod === "estimated" ? value.countMethod : undefined,
    costNanoUsd: number(value.costNanoUsd),
    holdNanoUsd: number(value.holdNanoUsd),
    firstContentMs: number(value.firstContentMs),
    totalMs: number(value.totalMs) ?? 0,
    attempts: (isArray(value.attempts) ? value.attempts : []).flatMap(readAttempt),
    receipt: (isArray(value.receipt) ? value.receipt : []).flatMap(readNote),
    app: readApp(value.app),
  };
}

function readEnding(value: Json | undefined): Ending {
  return endings.find((ending) => ending === value) ?? "failed";
}

function isCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorRules, value);
}

function readCode(value: Json | undefined): ErrorCode | undefined {
  if (typeof value !== "string") return undefined;
  return isCode(value) ? value : "internal";
}

function readUsage(value: Json | undefined): Usage {
  const usage = isObject(value) ? value : {};
  const { provenance } = usage;
  return {
    inputTokens: number(usage.inputTokens) ?? 0,
    cacheReadTokens: number(usage.cacheReadTokens) ?? 0,
    cacheWriteTokens: number(usage.cacheWriteTokens) ?? 0,
    cacheWrite1hTokens: number(usage.cacheWrite1hTokens) ?? 0,
    outputTokens: number(usage.outputTokens) ?? 0,
    reasoningTokens: number(usage.reasoningTokens) ?? 0,
    provenance: provenance === "reported" || provenance === "estimated" ? provenance : "unknown",
  };
}

function readAttempt(value: Json): Attempt[] {
  if (!isObject(value)) return [];
  return [
    {
      provider: text(value.provider) ?? "unknown",
      model: text(value.model) ?? "unknown",
      startedMs: number(value.startedMs) ?? 0,
      endedMs: number(value.endedMs) ?? 0,
      status: number(value.status),
      code: readCode(value.code),
    },
  ];
}

function readNote(value: Json): ReceiptNote[] {
  if (!isObject(value)) return [];
  const { action } = value;
  const known = action === "renamed" || action === "clamped" || action === "emulated" ? action : "dropped";
  return [{ field: text(value.field) ?? "unknown", action: known, why: text(value.why) ?? "" }];
}

function readApp(value: Json | undefined): Generation["app"] {
  const app = isObject(value) ? value : {};
  const referer = text(app.referer);
  const title = text(app.title);
  const userAgent = text(app.userAgent);
  return {
    ...(referer === undefined ? {} : { referer }),
    ...(title === undefined ? {} : { title }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

// `trunkline tokens`: how many tokens a text or a request has for a model, how sure that is, and which they are. Offline.
import { resolve } from "node:path";
import { build, type Gateway } from "../build.js";
import { usdText } from "../canonical/money.js";
import type { Request } from "../canonical/request.js";
import { noUsage } from "../canonical/usage.js";
import { parseBody } from "../dialects/openai-chat/request.js";
import { requestReaders } from "../dialects/request-readers.js";
import { dayOf } from "../gateway/plan.js";
import { type QuoteParts, quoteRequest, quoteTexts, type TokenCount } from "../gateway/quote/quote-tokens.js";
import { quotedModel } from "../gateway/quote/quoted-model.js";
import { mostPieces } from "../gateway/quote/token-detail.js";
import { costOfUsage } from "../pricing/cost.js";
import { realClock } from "../surroundings.js";
import { textsOf } from "../tokens/request/request-texts.js";
import { rulesFor } from "../tokens/request/rules-for.js";
import { type TextPiece, textPieces } from "../tokens/text-pieces.js";
import type { SpecialTokens, Tokenizer } from "../tokens/tokenizer.js";
import { askForCount } from "./ask-for-count.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { UsageError } from "./fail.js";
import { interruptible } from "./interruptible.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { showTokens } from "./show-tokens.js";
import { jsonText } from "./terminal.js";
import { readTexts, type TextInput } from "./token-input.js";
import { asText, type CountedInput } from "./token-table.js";

export interface TokensFlags extends FolderFlags {
  readonly file?: readonly string[];
  readonly model?: readonly string[];
  readonly dialect?: string;
  readonly tokenizer?: string;
  readonly show?: boolean;
  readonly special?: boolean;
  readonly askProvider?: boolean;
  readonly calibration?: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** Of GPT-4o and what came after it. */
const usualEncoding = "o200k_base";

export async function tokens(io: Io, words: readonly string[], flags: TokensFlags): Promise<ExitCode> {
  if (flags.calibration === true) return (await import("./calibration.js")).calibration(io, flags);
  checkFlags(flags);
  const inputs = await readTexts(io, words, flags.file);
  const settings = settingsFor(io, flags);
  const gateway = await build(settings, { ledger: "memory" });
  try {
    return await interruptible(io, async (signal) => {
      const rows: CountedInput[] = [];
      for (const input of inputs) rows.push(...(await countInput(io, gateway, input, flags, signal)));
      if (flags.json === true) io.stdout.write(jsonText(asJson(rows, flags)));
      else {
        if (flags.show === true) await showAll(io, rows, specialOf(flags), signal);
        const isUsual = [flags.model, flags.tokenizer, flags.dialect].every((flag) => flag === undefined);
        const { answer, aside } = asText(io, rows, { isShown: flags.show === true, isUsual });
        if (flags.show !== true) io.stdout.write(answer);
        io.stderr.write(aside);
      }
      return exitCodes.ok;
    });
  } finally {
    await gateway.close();
  }
}

const specialOf = ({ special }: TokensFlags): SpecialTokens => (special === true ? "as-tokens" : "as-text");

function checkFlags(flags: TokensFlags): void {
  if (flags.dialect === undefined) return;
  if (![...requestReaders.keys()].some((name) => name === flags.dialect))
    throw new UsageError(`"${flags.dialect}" is no dialect. Known ones: ${[...requestReaders.keys()].join(", ")}.`);
  if (flags.special === true) throw new UsageError("--special is for text; in a request everything is text.");
  if (flags.tokenizer !== undefined)
    throw new UsageError("--tokenizer is for text. For requests, name it under `models` in trunkline.yaml.");
}

async function countInput(
  io: Io,
  gateway: Gateway,
  input: TextInput,
  flags: TokensFlags,
  signal: AbortSignal,
): Promise<readonly CountedInput[]> {
  const parts: QuoteParts = { planning: gateway.planning, counter: gateway.counter, clock: realClock };
  const rows: CountedInput[] = [];
  if (flags.tokenizer !== undefined)
    rows.push(await countByFile(input, resolve(io.workingDirectory, flags.tokenizer), specialOf(flags)));
  const asked = flags.dialect === undefined ? undefined : readBody(input, flags.dialect);
  const own = asked?.model === undefined ? [] : [asked.model];
  const names = flags.model ?? (asked === undefined ? (rows.length > 0 ? [] : [usualEncoding]) : own);
  if (asked !== undefined && names.length === 0) throw new UsageError(`${input.name} names no model. Add -m MODEL.`);
  for (const name of names) {
    signal.throwIfAborted();
    const { model, endpoints } = quotedModel(parts.planning, name, dayOf(realClock.wallMs()));
    const tokenizer = await parts.counter.tokenizerFor(model);
    const texts =
      asked === undefined ? [input.text] : [...textsOf(asked.request, rulesFor(model))].map(({ text }) => text);
    const local =
      asked === undefined
        ? await countText(parts, input.text, name, tokenizer, flags)
        : await quoteRequest(parts, asked.request, name);
    const request = asked?.request ?? oneMessage(input.text);
    const count =
      flags.askProvider === true
        ? await askForCount(gateway.settings, local, endpoints, request, flags.timeout * 1_000, signal)
        : local;
    const price = endpoints[0]?.price;
    const usage = { ...noUsage, inputTokens: count.tokens };
    const inputNanoUsd = price === undefined ? undefined : costOfUsage(price, usage);
    rows.push({ input: input.name, count, inputNanoUsd, texts, tokenizer });
  }
  return rows;
}

async function countText(
  parts: QuoteParts,
  text: string,
  name: string,
  tokenizer: Tokenizer | undefined,
  flags: TokensFlags,
): Promise<TokenCount> {
  const [count] = await quoteTexts(parts, [text], name);
  if (count === undefined) throw new Error("a text was not counted");
  if (flags.special !== true) return count;
  if (tokenizer === undefined) throw new UsageError(`--special needs a tokenizer, and none of ${name} is at hand.`);
  const found = tokenizer.count(text, "as-tokens");
  return { ...count, tokens: found, atMost: found };
}

/** The file is opened for each input: there is one as a rule. */
async function countByFile({ name, text }: TextInput, path: string, special: SpecialTokens): Promise<CountedInput> {
  const { openTokenizerFile } = await import("../tokens/tokenizer-file.js");
  const tokenizer = await openTokenizerFile(path);
  const found = tokenizer.count(text, special);
  const count: TokenCount = {
    model: path,
    tokens: found,
    atMost: found,
    method: "exact",
    errorPercent: 0,
    how: "exact",
    countedBy: tokenizer.name,
    fits: "unknown",
    notes: [],
  };
  return { input: name, count, inputNanoUsd: undefined, texts: [text], tokenizer };
}

function readBody({ text }: TextInput, dialect: string) {
  for (const [name, read] of requestReaders) if (name === dialect) return read(parseBody(Buffer.from(text, "utf8")));
  throw new UsageError(`"${dialect}" is no dialect.`);
}

/** How a text is handed to a provider's own count, which takes chats. */
function oneMessage(text: string): Request {
  return {
    instructions: [],
    turns: [{ role: "user", parts: [{ type: "text", text }] }],
    tools: [],
    stream: false,
    extra: {},
  };
}

async function showAll(
  io: Io,
  rows: readonly CountedInput[],
  special: SpecialTokens,
  signal: AbortSignal,
): Promise<void> {
  for (const { input, count, texts, tokenizer } of rows) {
    if (tokenizer === undefined) throw noTokenizer(count);
    if (rows.length > 1) io.stdout.write(`${input}, ${count.model}:\n`);
    for (const text of texts) await showTokens(io, tokenizer, text, special, signal);
  }
}

function noTokenizer({ model }: TokenCount): UsageError {
  return new UsageError(`No tokenizer of ${model} is at hand, so its tokens cannot be shown. Try -m o200k_base.`);
}

/** The documented shape of `--json`. */
function asJson(rows: readonly CountedInput[], flags: TokensFlags) {
  const results = rows.map(({ input, count, inputNanoUsd, texts, tokenizer }) => ({
    input,
    ...count,
    ...(inputNanoUsd !== undefined && { inputCostUsd: usdText(inputNanoUsd), inputCostNanoUsd: inputNanoUsd }),
    ...(flags.show === true && { pieces: piecesOf(texts, tokenizer, count, specialOf(flags)) }),
  }));
  return { version: 1, results };
}

function piecesOf(
  texts: readonly string[],
  tokenizer: Tokenizer | undefined,
  count: TokenCount,
  special: SpecialTokens,
): readonly TextPiece[] {
  if (tokenizer === undefined) throw noTokenizer(count);
  if (count.tokens > mostPieces)
    throw new UsageError(`--show --json shows at most ${mostPieces} tokens. Without --json there is no bound.`);
  return texts.flatMap((text) => [...textPieces(tokenizer, text, special)].flat());
}

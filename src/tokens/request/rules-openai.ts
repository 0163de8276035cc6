// OpenAI's models: what stands around messages and tools, and what images cost.
import { type ImageRule, measured, type PatchLimits, type RequestRules, type TileRule } from "./rules.js";

const cookbook = "https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken";
const harmony = "https://github.com/openai/harmony/blob/main/docs/format.md";
const vision = "https://platform.openai.com/docs/guides/images-vision";

const tiles = (baseTokens: number, tileTokens: number): TileRule => ({ kind: "tiles", baseTokens, tileTokens });

/** `low` is a picture of 512 by 512 pixels. */
const low: PatchLimits = { maxPatches: 256, maxEdgePx: 512 };
const high1536: PatchLimits = { maxPatches: 1_536, maxEdgePx: 2_048 };
const high2500: PatchLimits = { maxPatches: 2_500, maxEdgePx: 2_048 };

function patches(tokensPerPatch: number, mostPerPatch = tokensPerPatch): ImageRule {
  const limits = { low, high: high1536 };
  return { kind: "patches", patchPx: 32, tokensPerPatch, mostPerPatch, fit: "formula", limits, autoDetail: "high" };
}

function patchesWithOriginal(original: PatchLimits, autoDetail: "high" | "original"): ImageRule {
  const limits = { low, high: high2500, original };
  return { kind: "patches", patchPx: 32, tokensPerPatch: 1.2, fit: "formula", limits, autoDetail };
}

/** gpt-4o, gpt-4.1, gpt-4.5: 3 and the role for a message, 3 for the reply. */
export const gpt4o: RequestRules = {
  family: "gpt-4o",
  messages: {
    source: cookbook,
    isExact: true,
    priming: 3,
    preamble: 0,
    defaultInstructions: 0,
    instructions: 0,
    perInstructionPart: 4,
    perMessage: 4,
    perAssistantMessage: 0,
    perName: 1,
  },
  tools: {
    source: `${cookbook}; without instructions ${measured}`,
    style: "typescript",
    hiddenAuto: 5,
    hiddenForced: 5,
    // Without a system message to stand in, the definitions get one of their own.
    withoutInstructions: 4,
    perTool: 0,
    whenNone: "kept",
    errorPercent: 30,
  },
  calls: { perCall: 6, perResult: 6, namesResult: true },
  reasoning: { words: "never" },
  format: { json: 0, schema: 3 },
  media: {
    source: vision,
    image: tiles(85, 170),
    audioTokensPerSecond: 10,
    // Its text and a picture of it.
    pdfPage: { likely: 800, most: 4_000 },
    maxPdfPages: 100,
  },
};

const withImage = (rules: RequestRules, family: string, image: ImageRule): RequestRules => ({
  ...rules,
  family,
  media: { ...rules.media, image },
});

export const gpt4oMini = withImage(gpt4o, "gpt-4o-mini", tiles(2_833, 5_667));
export const gpt41Mini = withImage(gpt4o, "gpt-4.1-mini", patches(1.62));
export const gpt41Nano = withImage(gpt4o, "gpt-4.1-nano", patches(2.46));
export const computerUse = withImage(gpt4o, "computer-use", tiles(65, 129));
/** gpt-4 and gpt-3.5: the same around another encoding. */
export const gpt4: RequestRules = { ...gpt4o, family: "gpt-4" };

/**
 * gpt-5: the harmony format. `<|start|>role<|message|>…<|end|>` is 4, what the model said is on a channel of its own (2 more),
 * and the reply opens with `<|start|>assistant`. Recorded usage has it so without a miss.
 */
export const gpt5: RequestRules = {
  ...gpt4o,
  family: "gpt-5",
  messages: { ...gpt4o.messages, source: `${harmony}; ${measured}`, priming: 2, perAssistantMessage: 2 },
  tools: { ...gpt4o.tools, source: `${harmony}; ${measured}`, hiddenNone: 86 },
  calls: { perCall: 11, perResult: 8, namesResult: true },
  reasoning: { words: "since-user", encrypted: { kept: "since-user", charactersPerToken: 8 } },
  format: { json: 0, schema: 0 },
  media: { ...gpt4o.media, image: tiles(70, 140) },
};

export const gpt5Mini = withImage(gpt5, "gpt-5-mini", patches(1.62));
/** Documented with 2.46; recorded usage has 1.5. */
export const gpt5Nano = withImage(gpt5, "gpt-5-nano", patches(1.5, 2.46));
export const gpt54Nano = withImage(gpt5, "gpt-5.4-nano", patches(2.46));
export const gpt52 = withImage(gpt5, "gpt-5.2", patches(1, 1.2));
const original10k: PatchLimits = { maxPatches: 10_000, maxEdgePx: 6_000 };
export const gpt54 = withImage(gpt5, "gpt-5.4", patchesWithOriginal(original10k, "high"));
export const gpt55 = withImage(gpt5, "gpt-5.5", patchesWithOriginal(original10k, "original"));
export const gpt56 = withImage(
  gpt5,
  "gpt-5.6",
  patchesWithOriginal({ maxPatches: 30_000, maxEdgePx: 65_535 }, "original"),
);

/** o1, o3: taken to be as gpt-5, which no recorded usage shows. */
const o1: RequestRules = { ...gpt5, family: "o-series", messages: { ...gpt5.messages, isExact: false } };
export const oSeries = withImage(o1, "o-series", tiles(75, 150));
export const o4Mini = withImage(o1, "o4-mini", patches(1.72));

/** Open weights: the template's own system message stands first, whoever serves it. */
export const gptOss: RequestRules = {
  ...gpt5,
  family: "gpt-oss",
  messages: { ...gpt5.messages, isExact: false, preamble: 61, instructions: 4 },
  tools: { ...gpt5.tools, hiddenAuto: 21, hiddenForced: 21, errorPercent: 15 },
};

// Google's models: nothing around messages; images in crops, or by media resolution from Gemini 3 on.
import { measured, type RequestRules } from "./rules.js";

const tokens = "https://ai.google.dev/gemini-api/docs/tokens";
const mediaResolution = "https://ai.google.dev/gemini-api/docs/media-resolution";

/** 1.5, 2.0 and 2.5. */
export const gemini: RequestRules = {
  family: "gemini-2.5",
  messages: {
    source: measured,
    isExact: false,
    priming: 0,
    preamble: 0,
    defaultInstructions: 0,
    instructions: 0,
    perInstructionPart: 0,
    perMessage: 0,
    perAssistantMessage: 0,
    perName: 0,
  },
  // Google counts the same definitions differently on Vertex AI (about a third less) and on the Gemini API.
  tools: {
    source: measured,
    style: "json",
    hiddenAuto: 0,
    hiddenForced: 0,
    withoutInstructions: 0,
    perTool: 0,
    whenNone: "kept",
    errorPercent: 60,
  },
  calls: { perCall: 2, perResult: 2, namesResult: true },
  reasoning: { words: "always", encrypted: { kept: "since-user", charactersPerToken: 6 } },
  format: { json: 0, schema: 0 },
  media: {
    source: tokens,
    image: { kind: "crops", smallPx: 384, cropPx: 768, cropTokens: 258, maxCrops: 16 },
    audioTokensPerSecond: 32,
    pdfPage: { likely: 258, most: 1_300 },
    maxPdfPages: 1_000,
  },
};

export const gemini3: RequestRules = {
  ...gemini,
  family: "gemini-3",
  format: { json: 0, schema: 10 },
  media: {
    source: mediaResolution,
    image: {
      kind: "fixed",
      tokens: { low: 280, medium: 560, high: 1_120, ultra_high: 2_240 },
      autoDetail: "high",
    },
    audioTokensPerSecond: 25,
    // A picture, and the text that is in the file.
    pdfPage: { likely: 560, most: 2_000 },
    maxPdfPages: 1_000,
  },
};

// Anthropic's models: hidden tool prompts by generation, images in patches of 28 pixels.
import { type ImageRule, measured, type PatchLimits, type RequestRules } from "./rules.js";

const toolUse = "https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview#pricing";
const vision = "https://docs.claude.com/en/docs/build-with-claude/vision";

/** The page once gave width * height / 750, which is nearly the same. */
function patches(limits: PatchLimits): ImageRule {
  return {
    kind: "patches",
    patchPx: 28,
    tokensPerPatch: 1,
    fit: "largest",
    limits: { auto: limits },
    autoDetail: "auto",
  };
}

const standard = patches({ maxPatches: 1_568, maxEdgePx: 1_568 });
/** Claude 4.7 and later. */
const highResolution = patches({ maxPatches: 4_784, maxEdgePx: 2_576 });

const claude: RequestRules = {
  family: "claude",
  messages: {
    source: measured,
    isExact: false,
    priming: 3,
    preamble: 0,
    defaultInstructions: 0,
    instructions: 0,
    perInstructionPart: 0,
    perMessage: 4,
    perAssistantMessage: 0,
    perName: 0,
  },
  tools: {
    source: `${toolUse}; around each definition ${measured}`,
    style: "json",
    hiddenAuto: 496,
    hiddenForced: 588,
    withoutInstructions: 0,
    perTool: 8,
    whenNone: "kept",
    errorPercent: 8,
  },
  calls: { perCall: 30, perResult: 20, namesResult: false },
  // Thinking of earlier turns is left out, that of a tool loop is read again.
  reasoning: { words: "since-user", hidden: { tokens: 28, when: "asked" } },
  format: { json: 0, schema: 130 },
  media: {
    source: `${vision}; https://docs.claude.com/en/docs/build-with-claude/pdf-support`,
    image: standard,
    audioTokensPerSecond: 0,
    // 1,500 to 3,000 of text, and a picture.
    pdfPage: { likely: 2_500, most: 4_600 },
    maxPdfPages: 600,
  },
};

function generation(family: string, hiddenAuto: number, hiddenForced: number, image = standard): RequestRules {
  return { ...claude, family, tools: { ...claude.tools, hiddenAuto, hiddenForced }, media: { ...claude.media, image } };
}

/** From 4.6 on an effort is not a budget: only a budget that is asked for brings the hidden prompt. */
function adaptive(rules: RequestRules): RequestRules {
  return { ...rules, reasoning: { ...rules.reasoning, hidden: { tokens: 28, when: "budget" } } };
}

/** By the words of the model's name behind `claude-`; the first that fits. Unknown ones are taken for the newest. */
export const claudeGenerations: readonly (readonly [RegExp, RequestRules])[] = [
  [/^claude-3-opus/, generation("claude-3-opus", 530, 281)],
  [/^claude-3-sonnet/, generation("claude-3-sonnet", 159, 235)],
  [/^claude-3-haiku/, generation("claude-3-haiku", 264, 340)],
  [/^claude-(3[.-]5-haiku|haiku-3[.-]5)/, generation("claude-3.5-haiku", 264, 355)],
  [/^claude-3[.-]5-sonnet(-v1|[@-]20240620)/, generation("claude-3.5-sonnet-june", 294, 261)],
  [/^claude-(3[.-][57]-sonnet|sonnet-3[.-][57])/, generation("claude-3.7-sonnet", 346, 313)],
  [/^claude-(opus|sonnet)-4([.-]1)?([@-]20\d{6}|$|-v\d|-latest)/, generation("claude-4", 313, 315)],
  [/^claude-.*4[.-]5/, generation("claude-4.5", 496, 588)],
  [/^claude-.*4[.-]6/, adaptive(generation("claude-4.6", 497, 589))],
  [/^claude-.*4[.-]7/, adaptive(generation("claude-4.7", 675, 804, highResolution))],
  [/^claude-.*4[.-]8/, adaptive(generation("claude-4.8", 290, 410, highResolution))],
  [/^claude-(instant|[12])/, generation("claude-2", 0, 0)],
  [/^claude/, adaptive(generation("claude-5", 354, 474, highResolution))],
];

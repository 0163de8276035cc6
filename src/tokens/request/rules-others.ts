// Families with a chat template that is published (Llama, Qwen, DeepSeek, Mistral), those measured from outside (Grok, Cohere),
// and what is taken for everything else.
import { type ImageRule, type MediaRules, type MessageRules, measured, type RequestRules } from "./rules.js";

const squares = (patchPx: number, maxPatches: number, maxEdgePx: number): ImageRule => ({
  kind: "patches",
  patchPx,
  tokensPerPatch: 1,
  fit: "largest",
  limits: { auto: { maxPatches, maxEdgePx } },
  autoDetail: "auto",
});

const media: MediaRules = {
  source: "the largest of the documented families",
  image: squares(28, 1_568, 1_568),
  audioTokensPerSecond: 32,
  pdfPage: { likely: 1_000, most: 4_000 },
  maxPdfPages: 1_000,
};

const messages: MessageRules = {
  source: "https://github.com/openai/openai-python/blob/release-v0.28.0/chatml.md",
  isExact: false,
  priming: 3,
  preamble: 0,
  defaultInstructions: 0,
  instructions: 4,
  perInstructionPart: 0,
  perMessage: 4,
  perAssistantMessage: 0,
  perName: 1,
};

/** Unknown models. */
export const anyModel: RequestRules = {
  family: "any",
  messages,
  tools: {
    source: measured,
    style: "json",
    hiddenAuto: 120,
    hiddenForced: 120,
    withoutInstructions: 0,
    perTool: 10,
    whenNone: "kept",
    errorPercent: 50,
  },
  calls: { perCall: 12, perResult: 8, namesResult: false },
  reasoning: { words: "since-user" },
  format: { json: 0, schema: 0 },
  media,
};

/** ChatML: `<|im_start|>role\n…<|im_end|>\n`, and `<|im_start|>assistant\n` for the reply. */
export const qwen: RequestRules = {
  ...anyModel,
  family: "qwen",
  messages: {
    ...messages,
    source: "https://huggingface.co/Qwen/Qwen3-32B/blob/main/tokenizer_config.json",
    instructions: 5,
    perMessage: 5,
  },
  tools: { ...anyModel.tools, hiddenAuto: 125, hiddenForced: 125, errorPercent: 30 },
};

/** `<|start_header_id|>role<|end_header_id|>\n\n…<|eot_id|>`: 5, four for the reply, one for the start of the text. */
export const llama3: RequestRules = {
  ...anyModel,
  family: "llama-3",
  messages: {
    ...messages,
    source: "https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/",
    priming: 5,
    instructions: 5,
    perMessage: 5,
  },
};

/** From 3.1 on the template writes two dates into a system message of its own. */
export const llama31: RequestRules = {
  ...llama3,
  family: "llama-3.1",
  messages: {
    ...llama3.messages,
    source: "https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/",
    preamble: 25,
    instructions: 0,
  },
};

export const llama4: RequestRules = {
  ...llama3,
  family: "llama-4",
  tools: { ...anyModel.tools, source: measured, hiddenAuto: 650, hiddenForced: 650, perTool: 0, whenNone: "dropped" },
};

/** `[INST]…[/INST]`; Small has a prompt of its own where none is given. */
export const mistral: RequestRules = {
  ...anyModel,
  family: "mistral",
  messages: {
    ...messages,
    source: "https://docs.mistral.ai/guides/tokenization/",
    priming: 1,
    instructions: 2,
    perMessage: 2,
    perName: 0,
  },
  tools: { ...anyModel.tools, hiddenAuto: 4, hiddenForced: 4, perTool: 18, errorPercent: 30 },
  reasoning: { words: "always" },
  media: { ...media, source: "https://docs.mistral.ai/capabilities/vision/", image: squares(16, 4_096, 1_024) },
};
export const mistralSmall: RequestRules = {
  ...mistral,
  family: "mistral-small",
  messages: { ...mistral.messages, source: measured, defaultInstructions: 11 },
};

/** What Cohere calls `tokens`, its own preamble included; `billed_units` are the text alone. */
function cohereWith(family: string, preamble: number, hidden: number): RequestRules {
  return {
    ...anyModel,
    family,
    messages: { ...messages, source: measured, priming: 0, preamble, perName: 0 },
    tools: { ...anyModel.tools, source: measured, hiddenAuto: hidden, hiddenForced: hidden, perTool: 0 },
    calls: { perCall: 30, perResult: 20, namesResult: false },
    format: { json: 0, schema: 60 },
  };
}
export const cohere = cohereWith("command-a", 490, 910);
export const cohereAPlus = cohereWith("command-a-plus", 2, 195);
export const cohereReasoning = cohereWith("command-a-reasoning", 1_382, 200);
export const cohereR7b = cohereWith("command-r7b", 490, 890);
export const cohereR = cohereWith("command-r", 58, 780);

export const deepseek: RequestRules = {
  ...anyModel,
  family: "deepseek",
  messages: {
    ...messages,
    source: "https://huggingface.co/deepseek-ai/DeepSeek-V3.1/blob/main/tokenizer_config.json",
    priming: 3,
    instructions: 0,
    perMessage: 1,
    perAssistantMessage: 1,
    perName: 0,
  },
  tools: { ...anyModel.tools, source: measured, hiddenAuto: 230, hiddenForced: 238, perTool: 10, errorPercent: 10 },
  calls: { perCall: 32, perResult: 18, namesResult: false },
};
/** Thinks unless it is told not to, with a prompt of its own. */
export const deepseek4: RequestRules = {
  ...deepseek,
  family: "deepseek-4",
  messages: { ...deepseek.messages, source: measured },
  reasoning: { words: "since-user", hidden: { tokens: 79, when: "unless-off" } },
};

/** xAI counts the prompt that it puts first. */
export const grok: RequestRules = {
  ...anyModel,
  family: "grok",
  messages: { ...messages, source: measured, priming: 2, preamble: 186, perMessage: 4, perName: 0 },
  tools: { ...anyModel.tools, source: measured, hiddenAuto: 40, hiddenForced: 40, errorPercent: 20 },
  reasoning: { words: "always", encrypted: { kept: "always", charactersPerToken: 10 } },
  media: {
    ...media,
    source: "https://docs.x.ai/docs/guides/image-understanding",
    image: squares(28, 1_792, 1_792),
  },
};

/** No template shows: the text is all that counts. */
export const sonar: RequestRules = {
  ...anyModel,
  family: "sonar",
  messages: { ...messages, source: measured, priming: 1, instructions: 0, perMessage: 0, perName: 0 },
};
export const nova: RequestRules = {
  ...anyModel,
  family: "nova",
  messages: { ...messages, source: measured, priming: 0, instructions: 0, perMessage: 0, perName: 0 },
  tools: { ...anyModel.tools, source: measured, hiddenAuto: 350, hiddenForced: 350 },
};

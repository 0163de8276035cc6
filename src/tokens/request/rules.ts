// What a provider adds around the text of a request, as data: one row per family of models. The rows are beside this file.

/** Where a number comes from: an address of the documentation, or this. */
export const measured = "measured on recorded usage";

export interface RequestRules {
  /** `gpt-4o`, `claude-4.5`: for people. */
  readonly family: string;
  readonly messages: MessageRules;
  readonly tools: ToolRules;
  readonly calls: CallRules;
  readonly reasoning: ReasoningRules;
  readonly format: FormatRules;
  readonly media: MediaRules;
}

/** All in tokens. */
export interface MessageRules {
  readonly source: string;
  /** True where the numbers below are the whole truth for plain text; else they are the likely ones. */
  readonly isExact: boolean;
  /** Once: the start of the text, and the opening of the reply. */
  readonly priming: number;
  /** Once: a system prompt that the provider adds and counts. */
  readonly preamble: number;
  /** Once, where the request gives no instructions: the provider's default ones. */
  readonly defaultInstructions: number;
  /** Once, where the request gives instructions. */
  readonly instructions: number;
  readonly perInstructionPart: number;
  readonly perMessage: number;
  /** On top of `perMessage` for what the model said. */
  readonly perAssistantMessage: number;
  readonly perName: number;
}

export interface ToolRules {
  readonly source: string;
  /** How a definition is put into words: a TypeScript type, or JSON. */
  readonly style: "typescript" | "json";
  /** Once where there are tools: the hidden prompt, by whether the model may answer without a tool. */
  readonly hiddenAuto: number;
  readonly hiddenForced: number;
  /** Once more where there are no instructions that the tools could be written into. */
  readonly withoutInstructions: number;
  readonly perTool: number;
  /** Instead of `hiddenAuto` with tool choice `none`, where that has a prompt of its own. */
  readonly hiddenNone?: number;
  /** With tool choice `none` the definitions are still sent to the model, or left out. */
  readonly whenNone: "kept" | "dropped";
  /** Percent by which the count of tools and calls is off at most, in 95 of 100 recorded requests. */
  readonly errorPercent: number;
}

export interface CallRules {
  readonly perCall: number;
  readonly perResult: number;
  /** The result is headed with the tool's name. */
  readonly namesResult: boolean;
}

/** Which reasoning that is handed back the model reads again: none, what follows the user's last words, all. */
export type KeptReasoning = "never" | "since-user" | "always";

export interface ReasoningRules {
  readonly words: KeptReasoning;
  /** Encrypted reasoning, and signatures that hold it; absent: they do not count. */
  readonly encrypted?: { readonly kept: KeptReasoning; readonly charactersPerToken: number };
  /** Hidden prompt that goes with reasoning: where a budget is set, where it is asked for, or unless it is turned off. */
  readonly hidden?: { readonly tokens: number; readonly when: "budget" | "asked" | "unless-off" };
}

/** Tokens beside the schema itself. */
export interface FormatRules {
  readonly json: number;
  readonly schema: number;
}

export interface MediaRules {
  readonly source: string;
  readonly image: ImageRule;
  readonly audioTokensPerSecond: number;
  /** One page of a PDF: as a rule its text and a picture of it. */
  readonly pdfPage: { readonly likely: number; readonly most: number };
  /** Pages that the provider takes at most. */
  readonly maxPdfPages: number;
}

export type ImageRule = TileRule | PatchRule | CropRule | FixedImageRule;

/** OpenAI's tiles: fit into a box, shrink the short side, count squares. */
export interface TileRule {
  readonly kind: "tiles";
  /** `low` costs this alone. */
  readonly baseTokens: number;
  readonly tileTokens: number;
}

/** Squares of `patchPx` that cover the image, after it was shrunk to the limits of its detail. */
export interface PatchRule {
  readonly kind: "patches";
  readonly patchPx: number;
  readonly tokensPerPatch: number;
  /** Where the documented factor is larger than the measured one: it still bounds the count. */
  readonly mostPerPatch?: number;
  /** OpenAI gives a formula; Claude takes the largest size that fits. */
  readonly fit: "formula" | "largest";
  readonly limits: { readonly [detail: string]: PatchLimits };
  /** Of `auto`, and where none is given. */
  readonly autoDetail: string;
}

export interface PatchLimits {
  readonly maxPatches: number;
  readonly maxEdgePx: number;
}

/** Gemini's crops: a small image is one, a larger one as many squares as cover it. */
export interface CropRule {
  readonly kind: "crops";
  readonly smallPx: number;
  readonly cropPx: number;
  readonly cropTokens: number;
  readonly maxCrops: number;
}

/** So many whatever the size, by detail (Gemini's `media_resolution`). */
export interface FixedImageRule {
  readonly kind: "fixed";
  readonly tokens: { readonly [detail: string]: number };
  readonly autoDetail: string;
}

// Tokens of one image under the rule of its model: likely, and at most.
import type { ImageSize } from "./image-size.js";
import type { CropRule, FixedImageRule, ImageRule, PatchLimits, PatchRule, TileRule } from "./rules.js";

export interface Tokens {
  readonly likely: number;
  readonly most: number;
}

/** What is taken for the likely size where it is not known. */
const typicalSize: ImageSize = { widthPx: 1024, heightPx: 1024 };
const boxPx = 2048;
const shortSidePx = 768;
const tilePx = 512;
/** A box of 2048 by 768 pixels. */
const mostTiles = 8;

/** `detail` is the client's own word (`low`, `high`, `MEDIA_RESOLUTION_LOW`); an unknown one counts as none. */
export function imageTokens(rule: ImageRule, size: ImageSize | undefined, detail: string | undefined): Tokens {
  const level = (detail ?? "auto").toLowerCase().replace(/^media_resolution_/, "");
  switch (rule.kind) {
    case "tiles":
      return tiles(rule, size, level);
    case "patches":
      return patches(rule, size, level);
    case "crops":
      return crops(rule, size);
    case "fixed":
      return fixed(rule, level);
  }
}

/** https://platform.openai.com/docs/guides/images-vision, "GPT-4o, GPT-4.1, GPT-4o-mini, CUA, and o-series". */
function tiles(rule: TileRule, size: ImageSize | undefined, level: string): Tokens {
  if (level === "low") return same(rule.baseTokens);
  const count = (given: ImageSize) => rule.baseTokens + rule.tileTokens * tilesOf(given);
  if (size !== undefined) return same(count(size));
  return { likely: count(typicalSize), most: rule.baseTokens + rule.tileTokens * mostTiles };
}

function tilesOf({ widthPx, heightPx }: ImageSize): number {
  const box = Math.min(1, boxPx / Math.max(widthPx, heightPx));
  const short = Math.min(1, shortSidePx / (Math.min(widthPx, heightPx) * box));
  const side = (px: number) => Math.max(1, Math.ceil(Math.round(px * box * short) / tilePx));
  return side(widthPx) * side(heightPx);
}

/** The same page of OpenAI, "Patch-based image tokenization"; https://docs.claude.com/en/docs/build-with-claude/vision. */
function patches(rule: PatchRule, size: ImageSize | undefined, level: string): Tokens {
  const limits = rule.limits[level] ?? rule.limits[rule.autoDetail];
  if (limits === undefined) return same(0);
  const shrink = rule.fit === "largest" ? largestThatFits : shrunkByFormula;
  const count = (given: ImageSize) => patchesOf(shrink(given, rule.patchPx, limits), rule.patchPx);
  const mostPerPatch = rule.mostPerPatch ?? rule.tokensPerPatch;
  const found = count(size ?? typicalSize);
  return {
    likely: Math.ceil(found * rule.tokensPerPatch),
    most: Math.ceil((size === undefined ? limits.maxPatches : found) * mostPerPatch),
  };
}

function patchesOf({ widthPx, heightPx }: ImageSize, patchPx: number): number {
  return Math.ceil(widthPx / patchPx) * Math.ceil(heightPx / patchPx);
}

function fits(size: ImageSize, patchPx: number, limits: PatchLimits): boolean {
  const isSmall = Math.max(size.widthPx, size.heightPx) <= limits.maxEdgePx;
  return isSmall && patchesOf(size, patchPx) <= limits.maxPatches;
}

function shrunkByFormula(size: ImageSize, patchPx: number, limits: PatchLimits): ImageSize {
  const edge = Math.min(1, limits.maxEdgePx / Math.max(size.widthPx, size.heightPx));
  const { widthPx, heightPx } = scaled(size, edge);
  if (patchesOf({ widthPx, heightPx }, patchPx) <= limits.maxPatches) return { widthPx, heightPx };
  const factor = Math.sqrt((patchPx * patchPx * limits.maxPatches) / (widthPx * heightPx));
  const whole = (px: number) => Math.max(1, Math.floor((px * factor) / patchPx)) / ((px * factor) / patchPx);
  return scaled({ widthPx, heightPx }, factor * Math.min(1, whole(widthPx), whole(heightPx)));
}

/** The largest long edge that keeps both limits. */
function largestThatFits(size: ImageSize, patchPx: number, limits: PatchLimits): ImageSize {
  if (fits(size, patchPx, limits)) return size;
  const longPx = Math.max(size.widthPx, size.heightPx);
  let low = 1;
  let high = Math.min(longPx, limits.maxEdgePx);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(scaled(size, middle / longPx), patchPx, limits)) low = middle;
    else high = middle - 1;
  }
  return scaled(size, low / longPx);
}

function scaled(size: ImageSize, factor: number): ImageSize {
  const side = (px: number) => Math.max(1, Math.round(px * factor));
  return { widthPx: side(size.widthPx), heightPx: side(size.heightPx) };
}

/** https://ai.google.dev/gemini-api/docs/tokens, "Multimodal tokens". */
function crops(rule: CropRule, size: ImageSize | undefined): Tokens {
  const most = rule.maxCrops * rule.cropTokens;
  if (size === undefined) return { likely: rule.cropTokens * 4, most };
  if (size.widthPx <= rule.smallPx && size.heightPx <= rule.smallPx) return same(rule.cropTokens);
  const count = Math.ceil(size.widthPx / rule.cropPx) * Math.ceil(size.heightPx / rule.cropPx);
  return same(Math.min(rule.maxCrops, count) * rule.cropTokens);
}

function fixed(rule: FixedImageRule, level: string): Tokens {
  return same(rule.tokens[level] ?? rule.tokens[rule.autoDetail] ?? 0);
}

const same = (tokens: number): Tokens => ({ likely: tokens, most: tokens });

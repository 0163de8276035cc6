import { expect, test } from "vitest";
import { imageTokens } from "./image-tokens.js";
import { rulesFor } from "./rules-for.js";

function tokensOf(model: string, size: string, detail?: string): number {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  const { likely, most } = imageTokens(rulesFor(model).media.image, { widthPx, heightPx }, detail);
  expect(most).toBeGreaterThanOrEqual(likely);
  return likely;
}

test("OpenAI's tiles come out as its guide has them", () => {
  expect(tokensOf("gpt-4o", "1024x1024", "high")).toBe(765);
  expect(tokensOf("gpt-4o", "2048x4096", "high")).toBe(1_105);
  expect(tokensOf("gpt-4o", "4096x8192", "low")).toBe(85);
  expect(tokensOf("gpt-4o-mini", "1024x1024")).toBe(2_833 + 4 * 5_667);
  expect(tokensOf("o3", "512x512")).toBe(75 + 150);
  expect(tokensOf("gpt-5", "1024x1024")).toBe(70 + 4 * 140);
  expect(tokensOf("computer-use-preview", "1024x1024", "auto")).toBe(65 + 4 * 129);
});

test("OpenAI's patches come out as its guide has them", () => {
  expect(tokensOf("gpt-4.1-mini", "1024x1024")).toBe(Math.ceil(1_024 * 1.62));
  expect(tokensOf("gpt-4.1-mini", "1800x2400")).toBe(Math.ceil(1_452 * 1.62));
  expect(tokensOf("gpt-4.1-nano", "1024x1024")).toBe(Math.ceil(1_024 * 2.46));
  expect(tokensOf("o4-mini", "1024x1024")).toBe(Math.ceil(1_024 * 1.72));
  expect(tokensOf("gpt-5-mini", "1800x2400", "high")).toBe(Math.ceil(1_452 * 1.62));
  expect(tokensOf("gpt-5-mini", "1024x1024", "low")).toBe(Math.ceil(256 * 1.62));
});

test("from gpt-5.4 on an image may keep its size", () => {
  expect(tokensOf("gpt-5.4", "3200x3200", "original")).toBe(12_000);
  expect(tokensOf("gpt-5.4", "3200x3200")).toBeLessThanOrEqual(3_000);
  expect(tokensOf("gpt-5.5", "3200x3200")).toBe(12_000);
  expect(tokensOf("gpt-5.6-sol", "4000x4000")).toBe(125 * 125 * 1.2);
});

test("Claude's patches and its two tiers come out as its guide has them", () => {
  expect(tokensOf("claude-sonnet-4-5", "200x200")).toBe(64);
  expect(tokensOf("claude-sonnet-4-5", "1000x1000")).toBe(1_296);
  expect(tokensOf("claude-sonnet-4-5", "3840x2160")).toBe(52 * 30);
  expect(tokensOf("claude-sonnet-4-5", "1075x1520")).toBe(33 * 47);
  expect(tokensOf("claude-opus-4-7", "1920x1080")).toBe(2_691);
  expect(tokensOf("claude-opus-4-7", "3840x2160")).toBe(4_784);
});

test("Gemini counts crops up to 2.5, and a level of resolution from 3 on", () => {
  expect(tokensOf("gemini-2.5-flash", "384x384")).toBe(258);
  expect(tokensOf("gemini-2.5-flash", "960x540")).toBe(2 * 258);
  expect(tokensOf("gemini-2.5-flash", "1600x1600")).toBe(9 * 258);
  expect(tokensOf("gemini-3-pro", "50x50")).toBe(1_120);
  expect(tokensOf("gemini-3-pro", "50x50", "MEDIA_RESOLUTION_LOW")).toBe(280);
  expect(tokensOf("gemini-3-pro", "50x50", "ultra_high")).toBe(2_240);
});

test("an image of unknown size is typical, and at most what its model allows", () => {
  const of = (model: string) => imageTokens(rulesFor(model).media.image, undefined, undefined);
  expect(of("gpt-4o")).toEqual({ likely: 765, most: 85 + 8 * 170 });
  expect(of("claude-sonnet-4-5")).toEqual({ likely: 1_369, most: 1_568 });
  expect(of("gpt-5-nano").most).toBe(Math.ceil(1_536 * 2.46));
});

test("no size is counted beyond the limits of its model, however odd it is", () => {
  for (const size of ["1x1", "1x1000000", "1000000x1", "1048576x1048576", "33x8000"]) {
    expect(tokensOf("claude-opus-4-6", size)).toBeLessThanOrEqual(1_568);
    expect(tokensOf("gpt-4.1-mini", size)).toBeLessThanOrEqual(Math.ceil(1_536 * 1.62));
    expect(tokensOf("gpt-4o", size)).toBeLessThanOrEqual(85 + 8 * 170);
    expect(tokensOf("gemini-2.0-flash", size)).toBeLessThanOrEqual(16 * 258);
    expect(tokensOf("gpt-4o", size)).toBeGreaterThan(85);
  }
});

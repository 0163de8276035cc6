import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { imageSize } from "./image-size.js";
import { pdfPages } from "./pdf-pages.js";
import { wavSeconds } from "./wav-seconds.js";

const base64 = (...parts: readonly (string | readonly number[] | Buffer)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  ).toString("base64");
const u16le = (value: number) => [value & 255, (value >> 8) & 255];
const u24le = (value: number) => [...u16le(value), (value >> 16) & 255];
const u32le = (value: number) => [...u24le(value), (value >>> 24) & 255];
const u16be = (value: number) => u16le(value).reverse();
const u32be = (value: number) => u32le(value).reverse();
const rest = Buffer.alloc(5_000, 7);

const png = (width: number, height: number) =>
  base64([0x89], "PNG\r\n\x1a\n", u32be(13), "IHDR", u32be(width), u32be(height), [8, 6, 0, 0, 0], rest);
const frame = (width: number, height: number) => [0xff, 0xc2, ...u16be(17), 8, ...u16be(height), ...u16be(width), 3];

test("sizes are read from the heads of all five formats", () => {
  const size = { widthPx: 640, heightPx: 360 };
  expect(imageSize(png(640, 360))).toEqual(size);
  expect(imageSize(base64("GIF89a", u16le(640), u16le(360), rest))).toEqual(size);
  const lossy = [0, 0, 0, 0x9d, 0x01, 0x2a, ...u16le(640), ...u16le(360)];
  expect(imageSize(base64("RIFF", u32le(99), "WEBPVP8 ", u32le(80), lossy, rest))).toEqual(size);
  const lossless = [0x2f, ...u32le(639 | (359 << 14))];
  expect(imageSize(base64("RIFF", u32le(99), "WEBPVP8L", u32le(80), lossless, rest))).toEqual(size);
  const extended = [0, 0, 0, 0, ...u24le(639), ...u24le(359)];
  expect(imageSize(base64("RIFF", u32le(99), "WEBPVP8X", u32le(10), extended, rest))).toEqual(size);
  const bitmap = [...u32le(40), ...u32le(640), ...u32le(-360 >>> 0)];
  expect(imageSize(base64("BM", u32le(0), u32le(0), u32le(54), bitmap, rest))).toEqual(size);
  expect(imageSize(base64([0xff, 0xd8], frame(640, 360), rest))).toEqual(size);
});

test("the size of a photograph is found behind previews, profiles and fill bytes", () => {
  const profile = [0xff, 0xe2, ...u16be(60_002), ...Array.from<number>({ length: 60_000 }).fill(0xff)];
  const photograph = base64([0xff, 0xd8], profile, profile, [0xff, 0xff, 0xff], frame(4_000, 3_000).slice(1), rest);
  expect(imageSize(photograph)).toEqual({ widthPx: 4_000, heightPx: 3_000 });
});

test("line breaks and the URL-safe alphabet are read as well", () => {
  const wrapped = png(640, 360).replaceAll(/(.{76})/g, "$1\r\n");
  expect(imageSize(wrapped)).toEqual({ widthPx: 640, heightPx: 360 });
  const urlSafe = png(16_320, 255).replaceAll("+", "-").replaceAll("/", "_");
  expect(imageSize(urlSafe)).toEqual({ widthPx: 16_320, heightPx: 255 });
});

test("what is cut short, empty or unbelievable has no size", () => {
  for (const [whole, needed] of [
    [png(640, 360), 24],
    [base64("GIF89a", u16le(640), u16le(360)), 10],
    [base64([0xff, 0xd8], frame(640, 360)), 11],
  ] as const) {
    for (let bytes = 0; bytes < needed; bytes += 1)
      expect(imageSize(Buffer.from(whole, "base64").subarray(0, bytes).toString("base64"))).toBeUndefined();
  }
  expect(imageSize(png(0, 360))).toBeUndefined();
  expect(imageSize(png(0xffff_ffff, 1))).toBeUndefined();
  expect(imageSize(base64([0xff, 0xd8, 0xff, 0xda], rest))).toBeUndefined();
  expect(imageSize(base64([0xff, 0xd8], ...Array.from({ length: 100 }, () => [0xff, 0xe0, 0, 2])))).toBeUndefined();
});

test("no text throws, whatever it holds", () => {
  const heads = fc.constantFrom(
    "",
    base64([0xff, 0xd8]),
    base64("RIFF0000WEBP"),
    base64("RIFF0000WAVE"),
    base64("%PDF-"),
  );
  fc.assert(
    fc.property(heads, fc.oneof(fc.base64String({ maxLength: 400 }), fc.string({ maxLength: 400 })), (head, tail) => {
      expect([imageSize(head + tail), pdfPages(head + tail), wavSeconds(head + tail)]).toHaveLength(3);
    }),
  );
});

test("pages are counted by their objects, or by the largest page tree", () => {
  const page = "1 0 obj << /Type /Page /Parent 2 0 R >> endobj\n";
  expect(pdfPages(base64("%PDF-1.4\n", page.repeat(3)))).toBe(3);
  expect(pdfPages(base64("%PDF-1.4\n<< /Type /Pages /Kids [3 0 R] /Count 12 >>\n", page))).toBe(12);
  expect(pdfPages(base64("%PDF-1.4\n<</Count 7/Type/Pages/Kids[3 0 R]>>"))).toBe(7);
  expect(pdfPages(base64("%PDF-1.4\n<< /Type /Outlines /Count 99 >>", page))).toBe(1);
});

test("a compressed page tree, and what is no PDF, have no number of pages", () => {
  expect(pdfPages(base64("%PDF-1.7\n", rest))).toBeUndefined();
  expect(pdfPages(base64("<< /Type /Page >>"))).toBeUndefined();
  expect(pdfPages("")).toBeUndefined();
});

test("of a long PDF only the page tree at an end counts", () => {
  const middle = Buffer.alloc(3 << 20, "/Type /Page \n");
  expect(pdfPages(base64("%PDF-1.4\n", middle, "<< /Type /Pages /Count 321 >>\n%%EOF"))).toBe(321);
  expect(pdfPages(base64("%PDF-1.4\n", middle))).toBeUndefined();
});

const wave = (bytesPerSecond: number, declared: number, sound: Buffer) =>
  base64(
    "RIFF",
    u32le(0),
    "WAVELIST",
    u32le(3),
    [1, 2, 3, 0],
    "fmt ",
    u32le(16),
    [1, 0, 1, 0],
    u32le(16_000),
    u32le(bytesPerSecond),
    [2, 0, 16, 0],
    "data",
    u32le(declared),
    sound,
  );

test("seconds of a WAV come from its rate and its sound, also where the length was not known when it was written", () => {
  expect(wavSeconds(wave(32_000, 64_000, Buffer.alloc(64_000)))).toBe(2);
  expect(wavSeconds(wave(32_000, 0xffff_ffff, Buffer.alloc(64_000)))).toBe(2);
});

test("a WAV without a rate, and what is none, have no length", () => {
  expect(wavSeconds(wave(0, 64_000, Buffer.alloc(10)))).toBeUndefined();
  expect(wavSeconds(base64("RIFF", u32le(0), "WAVE", "LIST", u32le(9_999)))).toBeUndefined();
  expect(wavSeconds(base64("ID3", rest))).toBeUndefined();
});

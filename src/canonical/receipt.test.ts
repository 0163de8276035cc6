import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ReceiptNote, receiptSummary } from "./receipt.js";

const dropped = (field: string): ReceiptNote => ({ field, action: "dropped", why: "the provider has no such field" });

test("a receipt names each change with its field", () => {
  expect(receiptSummary([dropped("top_k"), { field: "stop", action: "clamped", why: "at most 4" }])).toBe(
    "dropped top_k; clamped stop",
  );
});

test("an empty receipt says nothing", () => {
  expect(receiptSummary([])).toBe("");
});

test("a long receipt says how many changes it leaves out", () => {
  const notes = Array.from({ length: 100 }, (_, index) => dropped(`messages[${index}].name`));
  const summary = receiptSummary(notes);
  const shown = summary.split("; ").length - 1;
  expect(summary).toMatch(/; \+\d+ more$/);
  expect(summary).toContain(`+${100 - shown} more`);
});

test("whatever the fields, the header has at most 1 KiB of printable ASCII", () => {
  const note = fc.record({
    field: fc.string({ unit: fc.constantFrom("a", "[", "é", "模", "\n", "\0", "😀"), maxLength: 250, size: "max" }),
    action: fc.constantFrom<ReceiptNote["action"]>("renamed", "clamped", "emulated", "dropped"),
    why: fc.constant("it has no such field"),
  });
  fc.assert(
    fc.property(fc.array(note, { maxLength: 25, size: "max" }), (notes) => {
      const summary = receiptSummary(notes);
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024);
      expect(summary).toMatch(/^[\x20-\x7e]*$/);
    }),
    { numRuns: 30 },
  );
});

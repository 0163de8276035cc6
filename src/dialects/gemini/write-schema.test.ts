import { expect, test } from "vitest";
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import { writeSchema } from "./write-schema.js";

function write(schema: JsonObject): { readonly written: JsonObject; readonly notes: readonly ReceiptNote[] } {
  const notes: ReceiptNote[] = [];
  return { written: writeSchema(schema, "tools[0].function.parameters", notes), notes };
}

test("what Gemini takes stays as it is", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      pattern: { type: "string", enum: ["a", "b"], description: "a property may have any name" },
      list: { type: "array", items: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }] }, minItems: 1 },
      pair: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
      tree: { $ref: "#/$defs/node" },
      ["__proto__"]: { type: "string" },
    },
    required: ["list"],
    additionalProperties: false,
    $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" } } } },
  };
  expect(write(schema)).toEqual({ written: schema, notes: [] });
});

test("what it does not know is left out and named once", () => {
  const { written, notes } = write({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { a: { type: "string", pattern: "^a", minLength: 1 }, b: { type: "string", pattern: "^b" } },
    not: { required: ["a"] },
  });
  expect(written).toEqual({ type: "object", properties: { a: { type: "string" }, b: { type: "string" } } });
  expect(notes).toEqual([
    {
      field: "tools[0].function.parameters",
      action: "clamped",
      why: "Gemini's schemas do not know pattern, minLength, not",
    },
  ]);
});

test("other words for the same are written in Gemini's", () => {
  const { written, notes } = write({
    properties: { kind: { const: "cat" }, next: { $ref: "#/definitions/x" } },
    definitions: { x: { type: "string" } },
  });
  expect(written).toEqual({
    properties: { kind: { enum: ["cat"] }, next: { $ref: "#/$defs/x" } },
    $defs: { x: { type: "string" } },
  });
  expect(notes).toEqual([]);
});

test("ten thousand unknown words make a short note", () => {
  const schema = Object.fromEntries(Array.from({ length: 10_000 }, (_value, index) => [`x-${index}`, true]));
  expect(write(schema).notes[0]?.why).toBe("Gemini's schemas do not know x-0, x-1, x-2, x-3, x-4 and 9995 more");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject } from "../canonical/json.js";
import type { DialectName } from "./dialect.js";
import { requestReaders } from "./request-readers.js";

/** A body of each dialect with as many kinds of fields and parts as it has. */
const bodies: { readonly [dialect in DialectName]?: JsonObject } = {
  "openai-chat": {
    model: "m",
    messages: [
      { role: "system", content: "a" },
      { role: "user", content: [{ type: "text", text: "b" }] },
      { role: "assistant", content: null, tool_calls: [{ id: "1", function: { name: "f", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "1", content: "c" },
    ],
    tools: [{ type: "function", function: { name: "f", parameters: {} } }],
    temperature: 1,
  },
  "anthropic-messages": {
    model: "m",
    max_tokens: 9,
    system: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          { type: "document", source: { type: "url", url: "https://a" }, title: "t" },
          { type: "document", source: { type: "content", content: [{ type: "text", text: "c" }] } },
          { type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "d" }] },
          { type: "container_upload", file_id: "f" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "redacted_thinking", data: "x" },
          { type: "tool_use", id: "1", name: "f", input: {} },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: "e" }] }] },
    ],
    tools: [
      { name: "f", input_schema: { type: "object" } },
      { type: "web_search_20250305", name: "web_search" },
    ],
    tool_choice: { type: "tool", name: "f" },
    thinking: { type: "enabled", budget_tokens: 5 },
    output_config: { effort: "low", format: { type: "json_schema", schema: {} } },
    metadata: { user_id: "u" },
    stop_sequences: ["X"],
    stream: true,
  },
  gemini: {
    systemInstruction: { parts: [{ text: "a" }] },
    contents: [
      {
        role: "user",
        parts: [
          { text: "b" },
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { file_data: { mime_type: "application/pdf", file_uri: "https://a" } },
          { executableCode: { code: "1" } },
        ],
      },
      {
        role: "model",
        parts: [
          { text: "hm", thought: true },
          { functionCall: { name: "f", args: {} }, thoughtSignature: "s" },
        ],
      },
      {
        parts: [
          {
            functionResponse: {
              name: "f",
              response: { output: "c" },
              parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }],
            },
          },
        ],
      },
    ],
    tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "OBJECT" } }], googleSearch: {} }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
    generationConfig: {
      maxOutputTokens: 9,
      stopSequences: ["X"],
      responseMimeType: "application/json",
      responseJsonSchema: {},
      thinkingConfig: { thinkingBudget: 9 },
    },
  },
  "openai-responses": {
    model: "m",
    instructions: "a",
    input: [
      { role: "developer", content: "b" },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: "c", prompt_cache_breakpoint: { mode: "explicit" } },
          { type: "input_image", image_url: "https://a", detail: "low" },
          { type: "input_file", file_data: "data:application/pdf;base64,AAAA", filename: "f" },
          { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
          { type: "input_image", file_id: "f" },
        ],
      },
      { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "x" },
      { type: "function_call", call_id: "1", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "1", output: [{ type: "input_text", text: "d" }] },
      { role: "assistant", content: [{ type: "output_text", text: "e", annotations: [] }] },
      { type: "item_reference", id: "i" },
      { role: "user", content: "f" },
    ],
    tools: [{ type: "function", name: "f", parameters: {}, strict: true }, { type: "web_search" }],
    tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
    text: { format: { type: "json_schema", name: "s", schema: {} } },
    reasoning: { effort: "low", summary: "auto" },
    max_output_tokens: 9,
    metadata: {},
  },
  "cohere-chat": {
    model: "m",
    messages: [
      { role: "system", content: "a" },
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "image_url", image_url: { url: "https://a", detail: "low" } },
        ],
      },
      {
        role: "assistant",
        tool_plan: "hm",
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "1", content: [{ type: "document", document: { id: "d", data: { text: "c" } } }] },
    ],
    documents: [{ data: { text: "d" } }],
    tools: [{ type: "function", function: { name: "f", parameters: {} } }],
    tool_choice: "REQUIRED",
    response_format: { type: "json_object", json_schema: {} },
    thinking: { type: "enabled", token_budget: 9 },
    stop_sequences: ["X"],
    p: 0.5,
  },
  "ollama-chat": {
    model: "m",
    messages: [
      { role: "system", content: "a" },
      { role: "user", content: "b", images: ["AAAA"] },
      { role: "assistant", thinking: "hm", tool_calls: [{ function: { name: "f", arguments: {} } }] },
      { role: "tool", tool_name: "f", content: "c" },
    ],
    tools: [{ type: "function", function: { name: "f", parameters: {} } }],
    format: {},
    think: "low",
    options: { num_predict: 9, num_ctx: 100, stop: ["X"] },
  },
  "bedrock-converse": {
    system: [{ text: "a" }, { cachePoint: { type: "default", ttl: "1h" } }, { guardContent: { text: { text: "b" } } }],
    messages: [
      {
        role: "user",
        content: [
          { text: "c" },
          { image: { format: "png", source: { bytes: "AAAA" } } },
          { document: { format: "pdf", name: "d", source: { s3Location: { uri: "s3://a/b" } } } },
          { document: { format: "txt", name: "d", source: { content: [{ text: "e" }] } } },
          { searchResult: { source: "s", title: "t", content: [{ text: "f" }] } },
          { cachePoint: { type: "default" } },
          { video: { format: "mp4", source: { bytes: "AAAA" } } },
          { guardContent: { image: { format: "png", source: { bytes: "AAAA" } } } },
        ],
      },
      {
        role: "assistant",
        content: [
          { reasoningContent: { reasoningText: { text: "hm", signature: "s" } } },
          { reasoningContent: { redactedContent: "x" } },
          { citationsContent: { content: [{ text: "g" }], citations: [] } },
          { toolUse: { toolUseId: "1", name: "f", input: {} } },
        ],
      },
      {
        role: "user",
        content: [{ toolResult: { toolUseId: "1", content: [{ text: "h" }, { json: {} }], status: "error" } }],
      },
    ],
    toolConfig: {
      tools: [
        { toolSpec: { name: "f", inputSchema: { json: {} } } },
        { cachePoint: { type: "default" } },
        { systemTool: { name: "g" } },
      ],
      toolChoice: { tool: { name: "f" } },
    },
    inferenceConfig: { maxTokens: 9, stopSequences: ["X"] },
    outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema: { schema: "{}" } } } },
    additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } },
  },
};

type Path = readonly (string | number)[];

/** The places of everything in a value, itself included. */
function places(value: Json | undefined, path: Path = []): Path[] {
  if (isArray(value)) return [path, ...value.flatMap((item, index) => places(item, [...path, index]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => places(member, [...path, key]))];
}

function at(value: Json | undefined, path: Path): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isArray(value)) return at(value[Number(step)], rest);
  return isObject(value) ? at(value[step], rest) : undefined;
}

function withAt(value: Json | undefined, path: Path, put: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return put;
  if (isArray(value)) return value.map((item, index) => (index === step ? (withAt(item, rest, put) ?? null) : item));
  return isObject(value) ? { ...value, [step]: withAt(value[step], rest, put) } : value;
}

const anything = fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value)));
const wrong = fc.oneof(
  anything,
  fc.constantFrom<Json | undefined>(undefined, null, "", "a", 0, -1, 1.5, true, [], {}, [null], [{}], { type: "x" }),
);

const cases = Object.entries(bodies).map(([dialect, body]) => {
  const read = [...requestReaders].find(([name]) => name === dialect)?.[1];
  if (read === undefined) throw new Error(`${dialect} has no reader`);
  return { dialect, body, read, everywhere: places(body) };
});

test("every dialect has a body here", () => {
  expect([...requestReaders.keys()].sort()).toEqual(Object.keys(bodies).sort());
});

describe.each(cases)("$dialect", ({ dialect, body, read, everywhere }) => {
  function readOrRefuse(value: Json | undefined): void {
    try {
      if (isObject(value)) read(value);
    } catch (error) {
      if (!TrunklineError.is(error)) throw error;
      expect(error.code).toBe("invalid_request");
      expect(error.details.param).toMatch(/^[A-Za-z_0-9.[\]]+$/);
    }
  }

  test("its body is read", () => {
    expect(read(body).request.turns.length).toBeGreaterThanOrEqual(3);
  });

  test("a body that is wrong in one or two places is read or refused by the field's name", () => {
    const mistake = fc.tuple(fc.constantFrom(...everywhere), wrong);
    fc.assert(
      fc.property(mistake, fc.option(mistake), ([path, put], second) => {
        const once = withAt(body, path, put);
        readOrRefuse(second === null ? once : withAt(once, second[0], second[1]));
      }),
      { numRuns: 500 },
    );
  });

  test("any object is read or refused", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), anything), readOrRefuse));
  });

  test("a field named __proto__ is plain data", () => {
    const changed: Json = JSON.parse(`{"__proto__":{"polluted":1},${JSON.stringify(body).slice(1)}`);
    if (!isObject(changed)) throw new Error("no object");
    const { extra } = read(changed).request;
    expect(Object.getOwnPropertyDescriptor(extra, "__proto__")?.value).toEqual({ polluted: 1 });
    expect(extra.polluted).toBeUndefined();
  });

  test("a body without a model is read, one with a wrong model is refused", () => {
    const field = dialect === "bedrock-converse" ? "modelId" : "model";
    expect(read({ ...body, [field]: undefined }).model).toBeUndefined();
    expect(read({ ...body, [field]: "m" }).model).toBe("m");
    expect(() => read({ ...body, [field]: 5 })).toThrow(`'${field}'`);
    expect(() => read({ ...body, [field]: "" })).toThrow(`'${field}'`);
  });
});

// The Chat dialect's own reader keeps them at the top and in messages only.
test.each(cases.filter(({ dialect }) => dialect !== "openai-chat"))(
  "$dialect: a field that nobody knows is kept, wherever it stands",
  ({ body, read, everywhere }) => {
    for (const path of everywhere) {
      const object = at(body, path);
      if (!isObject(object)) continue;
      const changed = withAt(body, path, { ...object, zz: "not to be lost" });
      const where = path.join(".");
      if (isObject(changed)) expect(JSON.stringify(read(changed).request), where).toContain("not to be lost");
    }
  },
);

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const words = many(130_000, () => ({ type: "text", text: "a" }));
const bare = many(130_000, () => ({ text: "a" }));
const call = { function: { name: "f", arguments: {} } };

// Whatever grows faster than the body would take minutes here, or run out of stack.
test.each<[DialectName, JsonObject]>([
  ["anthropic-messages", { messages: [{ role: "assistant", content: words }] }],
  [
    "anthropic-messages",
    { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: words }] }] },
  ],
  ["openai-responses", { input: ["a", words].map((content) => ({ role: "assistant", content })) }],
  ["cohere-chat", { messages: [{ role: "assistant", content: words }] }],
  ["bedrock-converse", { messages: [{ role: "user", content: bare }] }],
  ["bedrock-converse", { messages: [{ role: "assistant", content: [{ citationsContent: { content: bare } }] }] }],
  ["gemini", { contents: { parts: many(20_000, () => ({ functionCall: { name: "f" } })) } }],
  ["gemini", { contents: { parts: many(20_000, (at) => ({ functionResponse: { name: `f${at % 9}` } })) } }],
  [
    "gemini",
    {
      contents: [
        { role: "model", parts: many(20_000, () => ({ functionCall: { name: "f" } })) },
        { role: "user", parts: many(20_000, () => ({ functionResponse: { name: "f" } })) },
      ],
    },
  ],
  [
    "ollama-chat",
    {
      messages: [{ role: "assistant", tool_calls: many(20_000, () => call) }, ...many(9_999, () => ({ role: "tool" }))],
    },
  ],
  ["ollama-chat", Object.fromEntries([["prompt", "a"], ...many(50_000, (at) => [`field ${at}`, at])])],
])("%s reads a huge body in time that grows with its size: %#", (dialect, body) => {
  const read = requestReaders.get(dialect);
  const started = performance.now();
  expect(read?.(body).request.turns.length).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(10_000);
});

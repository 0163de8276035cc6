// A provider on loopback for end-to-end tests: Chat and Messages, steered by the model's name, with a book of what reached it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isObject, type Json, parseJson } from "../../src/canonical/json.js";

export interface SeenCall {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Json;
  /** Milliseconds on this process's clock; undefined while the call is open or where it ended whole. */
  abortedAtMs: number | undefined;
}

export interface Upstream {
  readonly url: string;
  readonly calls: readonly SeenCall[];
  close(): Promise<void>;
}

const words = ["One ", "two ", "three ", "four."];

/**
 * Models: `say` answers; `think` thinks before; `call` calls a tool; `slow` streams a word each 50 ms; `endless` never ends;
 * `cut` breaks off; `hang` says nothing; `fail-500`.
 */
export async function startUpstream(): Promise<Upstream> {
  const calls: SeenCall[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = parseJson(Buffer.concat(chunks).toString()) ?? null;
    const call: SeenCall = { path: request.url ?? "", headers: request.headers, body, abortedAtMs: undefined };
    calls.push(call);
    response.on("close", () => {
      if (!response.writableFinished) call.abortedAtMs = performance.now();
    });
    await answer(call, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(call: SeenCall, response: ServerResponse): Promise<void> {
  const body = isObject(call.body) ? call.body : {};
  const gemini = /^\/v1beta\/models\/([^:]+):(\w+)/.exec(call.path);
  const model = String(gemini?.[1] ?? body.model);
  const status = /^fail-(\d{3})$/.exec(model)?.[1];
  if (status !== undefined) return sendError(response, Number(status));
  if (model === "hang") return;
  const [whole, frames] =
    gemini !== null
      ? [wholeGemini, geminiFrames]
      : call.path.endsWith("/messages")
        ? [wholeMessage, messageFrames]
        : [wholeChat, chatFrames];
  if (body.stream !== true && gemini?.[2] !== "streamGenerateContent") return sendJson(response, 200, whole(model));
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const frame of frames(model)) {
    if (response.destroyed) return;
    response.write(frame);
  }
  if (model !== "cut") return void response.end();
  // What was written must have left, or the reset would take it back.
  await pause(50);
  response.destroy();
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number): void {
  sendJson(response, status, { error: { message: `upstream says ${status}`, type: "server_error", code: null } });
}

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };

function wholeChat(model: string) {
  const choices = [
    { index: 0, message: wholeChatMessage(model), finish_reason: model === "call" ? "tool_calls" : "stop" },
  ];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model, choices, usage };
}

const input = { city: "Oslo" };
const toolCall = { id: "call_1", type: "function", function: { name: "weather", arguments: JSON.stringify(input) } };

function wholeChatMessage(model: string) {
  if (model === "call") return { role: "assistant", content: null, tool_calls: [toolCall] };
  const thought = model === "think" ? { reasoning_content: "Hm." } : {};
  return { role: "assistant", content: words.join(""), ...thought };
}

const thinking = { type: "thinking", thinking: "Hm.", signature: "signed" };

function contentOf(model: string): readonly object[] {
  if (model === "call") return [{ type: "tool_use", id: "toolu_1", name: "weather", input }];
  const text = { type: "text", text: words.join("") };
  return model === "think" ? [thinking, text] : [text];
}

function wholeMessage(model: string) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: contentOf(model),
    stop_reason: model === "call" ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 4 },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const frame = (value: unknown, event?: string) =>
  `${event === undefined ? "" : `event: ${event}\n`}${["data", JSON.stringify(value)].join(": ")}\n\n`;

async function* chatFrames(model: string): AsyncGenerator<string> {
  const chunk = (delta: object, finish: string | null = null) =>
    frame({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  yield chunk({ role: "assistant", content: "" });
  if (model === "think") yield chunk({ reasoning_content: "Hm." });
  if (model === "call") yield chunk({ tool_calls: [{ index: 0, ...toolCall }] });
  else for await (const word of spoken(model)) yield chunk({ content: word });
  if (model === "cut") return;
  yield chunk({}, model === "call" ? "tool_calls" : "stop");
  yield frame({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices: [], usage });
  yield `${["data", "[DONE]"].join(": ")}\n\n`;
}

async function* messageFrames(model: string): AsyncGenerator<string> {
  const start = {
    ...wholeMessage(model),
    content: [],
    stop_reason: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  };
  yield frame({ type: "message_start", message: start }, "message_start");
  let index = 0;
  const open = (block: object) =>
    frame({ type: "content_block_start", index, content_block: block }, "content_block_start");
  const grow = (delta: object) => frame({ type: "content_block_delta", index, delta }, "content_block_delta");
  const stop = () => frame({ type: "content_block_stop", index: index++ }, "content_block_stop");
  if (model === "think") {
    yield open({ type: "thinking", thinking: "", signature: "" });
    yield grow({ type: "thinking_delta", thinking: thinking.thinking });
    yield grow({ type: "signature_delta", signature: thinking.signature });
    yield stop();
  }
  if (model === "call") {
    yield open({ type: "tool_use", id: "toolu_1", name: "weather", input: {} });
    yield grow({ type: "input_json_delta", partial_json: JSON.stringify(input) });
  } else {
    yield open({ type: "text", text: "" });
    for await (const text of spoken(model)) yield grow({ type: "text_delta", text });
  }
  if (model === "cut") return;
  yield stop();
  yield frame(
    {
      type: "message_delta",
      delta: { stop_reason: model === "call" ? "tool_use" : "end_turn", stop_sequence: null },
      usage: { output_tokens: 4 },
    },
    "message_delta",
  );
  yield frame({ type: "message_stop" }, "message_stop");
}

const signed = { functionCall: { name: "weather", args: input }, thoughtSignature: "signed" };

function geminiEvent(model: string, parts: readonly object[], finish?: string) {
  return {
    candidates: [
      { content: { role: "model", parts }, index: 0, ...(finish !== undefined && { finishReason: finish }) },
    ],
    ...(finish !== undefined && {
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 },
    }),
    modelVersion: model,
    responseId: "gemini-1",
  };
}

function wholeGemini(model: string) {
  const thought = model === "think" ? [{ text: "Hm.", thought: true }] : [];
  return geminiEvent(model, model === "call" ? [signed] : [...thought, { text: words.join("") }], "STOP");
}

async function* geminiFrames(model: string): AsyncGenerator<string> {
  if (model === "think") yield frame(geminiEvent(model, [{ text: "Hm.", thought: true }]));
  if (model === "call") yield frame(geminiEvent(model, [signed]));
  else for await (const text of spoken(model)) yield frame(geminiEvent(model, [{ text }]));
  if (model !== "cut") yield frame(geminiEvent(model, [{ text: "" }], "STOP"));
}

async function* spoken(model: string): AsyncGenerator<string> {
  const gapMs = model === "slow" || model === "endless" ? 50 : 0;
  for (let index = 0; model === "endless" || index < words.length; index++) {
    if (model === "cut" && index === 2) return;
    yield words[index % words.length] ?? "";
    if (gapMs > 0) await pause(gapMs);
  }
}

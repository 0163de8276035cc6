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

/** Models: `say` answers; `slow` streams a word each 50 ms; `endless` never ends; `cut` breaks off; `hang` says nothing; `fail-500`. */
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
  const model = String(body.model);
  const status = /^fail-(\d{3})$/.exec(model)?.[1];
  if (status !== undefined) return sendError(response, Number(status));
  if (model === "hang") return;
  const messages = call.path.endsWith("/messages");
  if (body.stream !== true) return sendJson(response, 200, messages ? wholeMessage(model) : wholeChat(model));
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const frame of messages ? messageFrames(model) : chatFrames(model)) {
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
  const message = { role: "assistant", content: words.join("") };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model, choices, usage };
}

function wholeMessage(model: string) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text: words.join("") }],
    stop_reason: "end_turn",
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
  for await (const word of spoken(model)) yield chunk({ content: word });
  if (model === "cut") return;
  yield chunk({}, "stop");
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
  yield frame(
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    "content_block_start",
  );
  for await (const text of spoken(model)) {
    yield frame({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }, "content_block_delta");
  }
  if (model === "cut") return;
  yield frame({ type: "content_block_stop", index: 0 }, "content_block_stop");
  yield frame(
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
    "message_delta",
  );
  yield frame({ type: "message_stop" }, "message_stop");
}

async function* spoken(model: string): AsyncGenerator<string> {
  const gapMs = model === "slow" || model === "endless" ? 50 : 0;
  for (let index = 0; model === "endless" || index < words.length; index++) {
    if (model === "cut" && index === 2) return;
    yield words[index % words.length] ?? "";
    if (gapMs > 0) await pause(gapMs);
  }
}

// A provider on loopback that calls tools, in three dialects. The last thing that was said steers it: it calls the first
// tool, speaks JSON, stops for length, or answers with the result of the call. Streams say the same in pieces.
import { createServer, type ServerResponse } from "node:http";
import { isArray, isObject, type Json, type JsonObject, parseJson, text } from "../../src/canonical/json.js";

export interface ToolUpstream {
  readonly url: string;
  /** Bodies that reached it, by path, the latest last. */
  readonly seen: readonly { readonly path: string; readonly body: JsonObject }[];
  close(): Promise<void>;
}

interface Said {
  readonly text: string;
  readonly call: { readonly name: string; readonly argumentsJson: string } | undefined;
  readonly isCut: boolean;
}

export async function startToolUpstream(): Promise<ToolUpstream> {
  const seen: { path: string; body: JsonObject }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const parsed = parseJson(Buffer.concat(chunks).toString());
    const body = isObject(parsed) ? parsed : {};
    const path = request.url ?? "";
    seen.push({ path, body });
    const speak = path.endsWith("/messages") ? messages : path.endsWith("/responses") ? responses : chat;
    speak(response, body, whatToSay(JSON.stringify(body.input ?? body.messages), body.tools));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function whatToSay(conversation: string, tools: Json | undefined): Said {
  const [tool] = isArray(tools) ? tools : [];
  const described = isObject(tool) ? (isObject(tool.function) ? tool.function : tool) : undefined;
  const result = /sunny/.exec(conversation)?.[0];
  const name = text(described?.name);
  if (name !== undefined && result === undefined)
    return { text: "", call: { name, argumentsJson: '{"city":"Paris"}' }, isCut: false };
  if (result !== undefined) return { text: `It is ${result}.`, call: undefined, isCut: false };
  if (conversation.includes("as JSON")) return { text: '{"answer":4}', call: undefined, isCut: false };
  return { text: "One two three", call: undefined, isCut: conversation.includes("at length") };
}

function send(response: ServerResponse, value: JsonObject): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function stream(response: ServerResponse, events: readonly JsonObject[], end = ""): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    const data = ["data", JSON.stringify(event)].join(": ");
    response.write(`${typeof event.type === "string" ? `event: ${event.type}\n` : ""}${data}\n\n`);
  }
  response.end(end);
}

/** Half and half. */
const pieces = (value: string) => [value.slice(0, value.length / 2), value.slice(value.length / 2)];

function chat(response: ServerResponse, body: JsonObject, { text: said, call, isCut }: Said): void {
  const finish_reason = call !== undefined ? "tool_calls" : isCut ? "length" : "stop";
  const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
  const called = call === undefined ? undefined : { name: call.name, arguments: call.argumentsJson };
  if (body.stream !== true) {
    const calls = called === undefined ? {} : { tool_calls: [{ id: "call_1", type: "function", function: called }] };
    const message = { role: "assistant", content: called === undefined ? said : null, ...calls };
    send(response, { id: "c-1", object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage });
    return;
  }
  const frame = (delta: JsonObject, finish: string | null = null) => ({
    id: "c-1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const callFrame = (piece: JsonObject) => frame({ tool_calls: [{ index: 0, ...piece }] });
  const deltas =
    call === undefined
      ? pieces(said).map((content) => frame({ content }))
      : [
          callFrame({ id: "call_1", type: "function", function: { name: call.name, arguments: "" } }),
          ...pieces(call.argumentsJson).map((piece) => callFrame({ function: { arguments: piece } })),
        ];
  stream(
    response,
    [...deltas, frame({}, finish_reason), { id: "c-1", choices: [], usage }],
    `${["data", "[DONE]"].join(": ")}\n\n`,
  );
}

function messages(response: ServerResponse, body: JsonObject, { text: said, call, isCut }: Said): void {
  const stop_reason = call !== undefined ? "tool_use" : isCut ? "max_tokens" : "end_turn";
  const usage = { input_tokens: 10, output_tokens: 4 };
  const block =
    call === undefined
      ? { type: "text", text: said }
      : { type: "tool_use", id: "call_1", name: call.name, input: parseJson(call.argumentsJson) ?? {} };
  const message = { id: "m-1", type: "message", role: "assistant", model: "m", content: [block], stop_reason, usage };
  if (body.stream !== true) {
    send(response, message);
    return;
  }
  const delta = (piece: string) =>
    call === undefined ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
  const begun = call === undefined ? { ...block, text: "" } : { ...block, input: {} };
  stream(response, [
    { type: "message_start", message: { ...message, content: [], stop_reason: null } },
    { type: "content_block_start", index: 0, content_block: begun },
    ...pieces(call?.argumentsJson ?? said).map((piece) => ({
      type: "content_block_delta",
      index: 0,
      delta: delta(piece),
    })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason }, usage },
    { type: "message_stop" },
  ]);
}

function responses(response: ServerResponse, body: JsonObject, { text: said, call, isCut }: Said): void {
  const status = isCut ? "incomplete" : "completed";
  const part = { type: "output_text", text: said, annotations: [] };
  const item =
    call === undefined
      ? { type: "message", id: "msg_1", role: "assistant", status, content: [part] }
      : {
          ...{ type: "function_call", id: "fc_1", call_id: "call_1", status },
          ...{ name: call.name, arguments: call.argumentsJson },
        };
  const resource = {
    ...{ id: "resp_1", object: "response", created_at: 1, model: "m", status, store: body.store ?? true },
    ...{ output: [item], incomplete_details: isCut ? { reason: "max_output_tokens" } : null, error: null },
    usage: { input_tokens: 10, output_tokens: 4, total_tokens: 14 },
    ...{ instructions: body.instructions ?? null, tools: body.tools ?? [], tool_choice: "auto", metadata: {} },
    ...{
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      top_logprobs: 0,
      text: {},
      reasoning: {},
    },
    ...{ completed_at: null, previous_response_id: null, max_output_tokens: null, max_tool_calls: null },
    ...{ truncation: "disabled", parallel_tool_calls: true, background: false, service_tier: "default" },
    ...{ safety_identifier: null, prompt_cache_key: null },
  };
  if (body.stream !== true) {
    send(response, resource);
    return;
  }
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const begun = { ...resource, status: "in_progress", output: [], usage: null };
  const isText = call === undefined;
  const kind = isText ? "response.output_text" : "response.function_call_arguments";
  const events: JsonObject[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, ...(isText ? { content: [] } : { arguments: "" }) },
    },
    ...(isText ? [{ type: "response.content_part.added", ...place, part: { ...part, text: "" } }] : []),
    ...pieces(call?.argumentsJson ?? said).map((delta) => ({ type: `${kind}.delta`, ...place, delta })),
    { type: `${kind}.done`, ...place, ...(isText ? { text: said } : { arguments: call.argumentsJson }) },
    ...(isText ? [{ type: "response.content_part.done", ...place, part }] : []),
    { type: "response.output_item.done", output_index: 0, item },
    { type: `response.${status}`, response: resource },
  ];
  stream(
    response,
    events.map((event, sequence_number) => ({ ...event, sequence_number })),
  );
}

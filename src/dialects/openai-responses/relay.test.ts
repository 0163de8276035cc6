import fc from "fast-check";
import { expect, test } from "vitest";
import { checkStream, requiredFields } from "../../../test/responses-grammar.js";
import { TrunklineError } from "../../canonical/error.js";
import { isObject, parseJson } from "../../canonical/json.js";
import type { AnswerStream, Profile, Served } from "../dialect.js";
import { openaiResponses } from "./dialect.js";

const { relay } = openaiResponses;
const served: Served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const target = { model: "m-1", stream: false, maxOutputTokens: undefined };

function relayed(source: string, keepsExtensions = false) {
  const client = openaiResponses.readRequest(Buffer.from(source), "openai");
  const { body, notes, path } = relay.request(client, { ...target, stream: client.outline.stream }, keepsExtensions);
  expect(path).toBe("/responses");
  return { body: body.toString(), fields: notes.map(({ action, field }) => `${action} ${field}`) };
}

test("a request keeps its bytes: order, unknown fields, number literals, built-in tools", () => {
  const source =
    '{ "input":[{"role":"user","content":"a","new":1.0}],\n "odd":1e3,"model":"m", "tools":[{"type":"web_search"}],"store":true,"temperature":1.00}';
  expect(relayed(source)).toEqual({ body: source.replace('"m"', '"m-1"'), fields: [] });
});

test("the gateway's own fields go, and OpenRouter's where the provider does not know them", () => {
  const source =
    '{"model":"m","models":["b"],"trunkline":{"strict":false},"provider":{"order":["x"]},"input":"hi","top_k":1}';
  expect(relayed(source)).toEqual({ body: '{"model":"m-1","input":"hi","top_k":1}', fields: ["dropped provider"] });
  expect(relayed(source, true).body).toBe(
    '{"model":"m-1","models":["b"],"provider":{"order":["x"]},"input":"hi","top_k":1}',
  );
});

test.each([
  ['{"max_tokens":500,"summary":"auto"}', '{"summary":"auto","effort":"minimal"}', "emulated reasoning.max_tokens"],
  ['{"enabled":true}', '{"effort":"medium"}', "emulated reasoning.enabled"],
  ['{"enabled":false}', "{}", "dropped reasoning.enabled"],
  ['{"effort":"low","exclude":true}', '{"effort":"low"}', "dropped reasoning.exclude"],
])("OpenRouter's reasoning %s is sent as %s", (given, sent, note) => {
  const { body, fields } = relayed(`{"model":"m-1","input":"hi","reasoning":${given}}`);
  expect([body, fields]).toEqual([`{"model":"m-1","input":"hi","reasoning":${sent}}`, [note]]);
});

test("reasoning that another model signed is left out, the other items keep their bytes", () => {
  const signed = '{"type":"reasoning","summary":[],"encrypted_content":"trunkline-signature.x"}';
  const { body, fields } = relayed(
    `{"model":"m-1","input":[{"role":"user","content":"a","n":1.0}, ${signed},{"role":"user","content":"b"}]}`,
  );
  expect(body).toBe('{"model":"m-1","input":[{"role":"user","content":"a","n":1.0},{"role":"user","content":"b"}]}');
  expect(fields).toEqual(["dropped input[1]"]);
});

const usage =
  '{"input_tokens":10,"input_tokens_details":{},"output_tokens":5,"output_tokens_details":{},"total_tokens":15,"new":1.0}';
const item = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "Hi" }],
};
const resource = (status: string, output: readonly object[], used = "null") =>
  `{"id":"resp_1","object":"response","model":"m-1","status":"${status}","created_at":1,"completed_at":null,"incomplete_details":null,` +
  `"previous_response_id":null,"instructions":null,"error":null,"tools":[],"tool_choice":"auto","truncation":"disabled","parallel_tool_calls":true,` +
  `"text":{},"top_p":1.0,"presence_penalty":0,"frequency_penalty":0,"top_logprobs":0,"temperature":1,"reasoning":{},"max_output_tokens":null,` +
  `"max_tool_calls":null,"store":true,"background":false,"service_tier":"default","metadata":{},"safety_identifier":null,"prompt_cache_key":null,` +
  `"output":${JSON.stringify(output)},"usage":${used}}`;

test("a plain answer keeps its bytes but for cost and who served", () => {
  const sent = resource("completed", [item], usage);
  const { body, facts } = relay.response(Buffer.from(sent), served, "openai");
  const priced = sent.replace('"new":1.0}', '"new":1.0,"cost":0.00325}');
  expect(body.toString()).toBe(`${priced.slice(0, -1)},"provider":"Acme"}`);
  expect(facts).toMatchObject({ terminal: true, content: true, upstreamId: "resp_1", upstreamModel: "m-1" });
  expect(facts.usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
  const other = parseJson(relay.response(Buffer.from(sent), served, "openrouter").body.toString());
  expect(other).toMatchObject({ id: "gen-1-abc", model: "acme/tiny-1", usage: { is_byok: false, cost: 0.00325 } });
});

test("a status that no client knows is completed", () => {
  const { body } = relay.response(Buffer.from(resource("complete", [item], usage)), served, "openai");
  expect(parseJson(body.toString())).toMatchObject({ status: "completed" });
});

test("what the specification requires and the provider left out is put in", () => {
  const sent = '{"id":"r","status":"completed","output":[],"usage":{"input_tokens":2,"output_tokens":3}}';
  const asked = { instructions: "be brief", temperature: 0.5 };
  for (const profile of ["openai", "openrouter"] as const) {
    const { body } = relay.response(Buffer.from(sent), { ...served, asked }, profile);
    const answer = parseJson(body.toString());
    expect(requiredFields.filter((field) => !isObject(answer) || !(field in answer))).toEqual([]);
    expect(answer).toMatchObject({ instructions: "be brief", temperature: 0.5, completed_at: 1 });
    expect(answer).toMatchObject({ usage: { total_tokens: 5, input_tokens_details: { cached_tokens: 0 } } });
  }
});

test("a plain answer that failed or cannot be read is a fault", () => {
  const codeOf = (body: string) => relay.response(Buffer.from(body), served, "openai").facts.fault?.code;
  expect(codeOf("oops")).toBe("upstream_invalid");
  expect(codeOf('{"status":"failed","error":{"code":"server_error","message":"x"},"output":[]}')).toBe(
    "upstream_error",
  );
});

const place = '"item_id":"msg_1","output_index":0,"content_index":0';
const part = '{"type":"output_text","text":"Hi"}';
const bodies = [
  `{"type":"response.created","response":${resource("in_progress", [])}}`,
  `{"type":"response.in_progress","response":${resource("in_progress", [])}}`,
  `{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","content":[]}}`,
  `{"type":"response.content_part.added",${place},"part":${part}}`,
  `{"type":"response.output_text.delta",${place},"delta":"H","obfuscation":"xyz"}`,
  `{"type":"response.output_text.delta",${place},"delta":"i"}`,
  `{"type":"response.output_text.done",${place},"text":"Hi"}`,
  `{"type":"response.content_part.done",${place},"part":${part}}`,
  `{"type":"response.output_item.done","output_index":0,"item":${JSON.stringify(item)}}`,
  `{"type":"response.completed","response":${resource("completed", [item], usage)}}`,
];
const nameIn = (body: string) => /"type":"([^"]+)"/.exec(body)?.[1];
const numbered = bodies.map((body, index) => `${body.slice(0, -1)},"sequence_number":${index}}`);
const frames = (list: readonly string[]) => list.map((body) => `event: ${nameIn(body)}\ndata: ${body}\n\n`);
const source = frames(numbered).join("");

function run(answer: AnswerStream, bytes: Buffer, cuts: readonly number[] = []): string {
  let out = "";
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const to = Math.max(from, Math.min(cut, bytes.length));
    out += String(answer.push(bytes.subarray(from, to)) ?? "");
    from = to;
  }
  return out + String(answer.end() ?? "");
}

const outline = openaiResponses.readRequest(Buffer.from('{"model":"m","input":"a","stream":true}'), "openai").outline;
const open = (profile: Profile = "openai") => relay.stream(served, outline, profile);

test("a stream passes as the bytes that came, but for the last event, in any split", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(source.length), { maxLength: 6 }), (cuts) => {
      const answer = open();
      const out = run(
        answer,
        Buffer.from(source),
        cuts.sort((a, b) => a - b),
      );
      const passed = frames(numbered.slice(0, -1)).join("");
      expect(out.startsWith(passed)).toBe(true);
      expect(out.slice(passed.length)).toContain('"new":1.0,"cost":0.00325}');
      expect(checkStream(out).resource).toMatchObject({ id: "resp_1", provider: "Acme" });
      expect(answer.facts).toMatchObject({ terminal: true, content: true, outputBytes: 2, upstreamId: "resp_1" });
    }),
  );
});

test("the last event waits for the end, so that the generation is on record before it", () => {
  const answer = open();
  const pushed = String(answer.push(Buffer.from(source)));
  expect([pushed.includes("response.completed"), answer.done]).toEqual([false, true]);
  expect(String(answer.end())).toContain("response.completed");
});

test("OpenRouter's profile has its own id and model at both ends, and the end marker", () => {
  const { events, resource: last } = checkStream(run(open("openrouter"), Buffer.from(source)), false);
  expect(last).toMatchObject({ id: "gen-1-abc", model: "acme/tiny-1", usage: { is_byok: false } });
  expect(events[0]?.response).toMatchObject({ id: "gen-1-abc", model: "acme/tiny-1" });
});

test("events without a number or a name get one", () => {
  const bare = bodies.map((body) => `data: ${body}\n\n`).join("");
  for (const sent of [bare, frames(bodies).join("")])
    expect(checkStream(run(open(), Buffer.from(sent))).events).toHaveLength(bodies.length);
});

test("a stream that is cut ends with an error and a failed response that goes on counting", () => {
  const answer = open();
  const cut = frames(numbered.slice(0, 6)).join("");
  let out = run(answer, Buffer.from(cut));
  expect(answer.facts.fault?.code).toBe("upstream_truncated");
  out += answer.fail?.(new TrunklineError("upstream_truncated", "It was cut."));
  expect(out.startsWith(cut)).toBe(true);
  const types = out.matchAll(/^event: (.*)$/gm);
  expect([...types].slice(-2).map(([, type]) => type)).toEqual(["error", "response.failed"]);
  const last = parseJson(out.slice(out.lastIndexOf("data: ") + 6));
  if (!isObject(last)) throw new Error("no event");
  expect(last).toMatchObject({ sequence_number: 7, response: { id: "resp_1", status: "failed", temperature: 1 } });
});

test("an error event is a fault and is not passed on", () => {
  const answer = open();
  const out = run(
    answer,
    Buffer.from('event: error\ndata: {"type":"error","error":{"code":"server_error","message":"x"}}\n\n'),
  );
  expect([out, answer.facts.fault?.code]).toEqual(["", "upstream_error"]);
});

test("a search that begins is content: the client sees it long before text", () => {
  const answer = open();
  const search = '{"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call","id":"ws_1"}}';
  answer.push(Buffer.from(frames([bodies[0] ?? "", search]).join("")));
  expect(answer.facts.content).toBe(true);
});

test("what is no JSON is a fault, comments are life", () => {
  const answer = open();
  expect([answer.push(Buffer.from(": ping\n\n")), answer.alive]).toEqual([undefined, true]);
  answer.push(Buffer.from("data: {nonsense\n\n"));
  expect(answer.facts.fault?.code).toBe("upstream_invalid");
});

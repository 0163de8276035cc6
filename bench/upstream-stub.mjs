// A provider that answers at once: `node upstream-stub.mjs <port>`. Ends when its standard input closes.
import { createServer } from "node:http";

const created = 1_760_000_000;
const usage = { prompt_tokens: 120, completion_tokens: 60, total_tokens: 180 };
const words = "The quick brown fox jumps over the lazy dog and keeps on running along the old railway line. ";

const plain = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench0000000000000000000001",
    object: "chat.completion",
    created,
    model: "bench",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: words.repeat(3).trim() },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: { ...usage, prompt_tokens_details: { cached_tokens: 0 } },
    system_fingerprint: "fp_bench",
  }),
);

function frame(choices, extra) {
  const id = "chatcmpl-bench0000000000000000000002";
  const chunk = { id, object: "chat.completion.chunk", created, model: "bench", choices, ...extra };
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}

const delta = (content) => ({ index: 0, delta: content, finish_reason: null });
const contentFrames = [
  frame([delta({ role: "assistant", content: "" })]),
  ...Array.from({ length: 98 }, (_, i) => frame([delta({ content: `${words.split(" ")[i % 18]} ` })])),
  frame([{ index: 0, delta: {}, finish_reason: "stop" }]),
];
const done = Buffer.from("data: [DONE]\n\n");
const frames = [...contentFrames, done];
const framesWithUsage = [...contentFrames, frame([], { usage }), done];

function sendFrames(response, list, at = 0) {
  if (response.destroyed) return;
  response.write(list[at]);
  if (at + 1 < list.length) setImmediate(sendFrames, response, list, at + 1);
  else response.end();
}

function answer(body, response) {
  if (body.includes('"stream":true')) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    sendFrames(response, body.includes('"include_usage":true') ? framesWithUsage : frames);
  } else {
    response.writeHead(200, { "content-type": "application/json", "content-length": plain.length });
    response.end(plain);
  }
}

const server = createServer({ keepAliveTimeout: 300_000 }, (request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => answer(parts.length === 1 ? parts[0] : Buffer.concat(parts), response));
});
server.listen(Number(process.argv[2]), "127.0.0.1");
process.stdin.on("close", () => process.exit()).resume();

// Counting and pricing as users meet them: a real gateway and the real command, which must say the same; and input of every bad kind.

import { truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isArray, isObject, type JsonObject, parseJson } from "../../src/canonical/json.js";
import { type Folder, type GatewayProcess, runCommand, startGateway, temporaryFolder } from "./gateway-process.js";

let folder: Folder;
let gateway: GatewayProcess;

beforeAll(async () => {
  folder = temporaryFolder();
  gateway = await startGateway({ folder, config: "keys: [sk-tl-mine]\nlimits: { bodyBytes: 5000000 }\n" });
});
afterAll(async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  folder.remove();
});

async function post(path: string, body: string | Uint8Array, key = "sk-tl-mine") {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const answer = await fetch(gateway.url + path, { method: "POST", headers, body });
  const parsed = parseJson(await answer.text());
  return { status: answer.status, body: isObject(parsed) ? parsed : {} };
}

const first = ({ data }: JsonObject): JsonObject => {
  const found = isArray(data) ? data[0] : undefined;
  return isObject(found) ? found : {};
};

const command = (args: readonly string[], stdin = "") =>
  runCommand([...args, "--config", join(folder.path, "trunkline.yaml"), "--data", join(folder.path, "data")], {
    folder,
    stdin,
  });

/** Text of every troublesome kind, in one. */
const troublesome = '\u0000 <|endoftext|> \ufffd 🙂\u200d🙂 \u202e \r\n\t Grüße, 世界! ’ x́ 12345678 {"a": [1, 2]}';

describe("the gateway and the command line", () => {
  test("count alike, exactly and by estimate", async () => {
    const request = { messages: [{ role: "user", content: troublesome }] };
    for (const model of ["openai/gpt-4o", "gpt-4", "anthropic/claude-sonnet-4.5", "google/gemini-2.5-flash"]) {
      const body = JSON.stringify({ model, ...request });
      const answer = first((await post("/v1/tokens", body)).body);
      const { stdout } = await command(["tokens", "--dialect", "openai-chat"], body);
      expect(stdout, model).toBe(`${answer.tokens}\n`);
    }
  });

  test("price alike", async () => {
    const body = JSON.stringify({ model: "openai/gpt-4o", messages: [{ role: "user", content: troublesome }] });
    const answer = first((await post("/v1/estimate", body)).body);
    const { stdout } = await command(["cost", "-m", "openai/gpt-4o", "--json"], troublesome);
    const document = parseJson(stdout);
    expect(isObject(document) && isArray(document.results) ? document.results[0] : undefined).toEqual(answer);
  });
});

test("the key is checked before anything is counted", async () => {
  expect((await post("/v1/tokens", '{"text":"Hi","model":"gpt-4o"}', "sk-other")).status).toBe(401);
  expect((await post("/v1/estimate", "{}", "sk-other")).status).toBe(401);
});

test("a body over the bound is refused, and the next one is counted", async () => {
  // Its length alone says so: whoever goes on writing may find the connection closed before the answer is read.
  const headers = {
    "content-type": "application/json",
    authorization: "Bearer sk-tl-mine",
    "content-length": 5_000_001,
  };
  const refused = await new Promise<string>((resolve, reject) => {
    const call = request(`${gateway.url}/api/v1/tokens`, { method: "POST", headers }, async (response) => {
      let text = `${response.statusCode} `;
      for await (const piece of response) text += piece;
      resolve(text);
      call.destroy();
    });
    call.on("error", reject);
    call.flushHeaders();
  });
  expect(refused).toMatch(/^413 .*"type":"payload_too_large"/);
  expect((await post("/v1/tokens", '{"text":"hamburger","model":"gpt-4o"}')).status).toBe(200);
});

describe("the command", () => {
  const files: readonly (readonly [string, string | Uint8Array, number, RegExp])[] = [
    ["bytes of another encoding", Buffer.from("Gr\xfc\xdfe", "latin1"), 2, /not valid UTF-8: byte 2 /],
    ["a surrogate that was written as bytes", Buffer.from([0xed, 0xa0, 0xbd]), 2, /not valid UTF-8: byte 0 /],
    ["NUL", "\0\0\0", 0, /^/],
    ["the spelling of a special token", "<|endoftext|>", 0, /^/],
    ["nothing", "", 0, /^/],
  ];
  test.each(files)("takes or refuses %s with a sentence", async (_name, content, code, word) => {
    writeFileSync(join(folder.path, "input"), content);
    const result = await command(["tokens", "-f", "input", "-m", "o200k_base"]);
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(code === 0 ? /^\d+\n$/ : /^$/);
    expect(result.stderr).toMatch(word);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test("counts a file of 100 MB", { timeout: 120_000 }, async () => {
    writeFileSync(join(folder.path, "large"), Buffer.alloc(100 * 1024 * 1024, "All work and no play. "));
    const { code, stdout } = await command(["tokens", "-f", "large", "-m", "openai/gpt-4o"]);
    expect(code).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(20_000_000);
  });

  test("refuses a file of more than 256 MiB before it reads it", async () => {
    writeFileSync(join(folder.path, "huge"), "");
    truncateSync(join(folder.path, "huge"), 257 * 1024 * 1024);
    const { code, stderr } = await command(["tokens", "-f", "huge"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("larger than 256 MiB")]);
  });
});

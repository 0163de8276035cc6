// A planned stop: open answers finish, new requests are refused, and what outlasts the patience gets a last word.
import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { chatSteps, createScriptedProvider, type ProviderScript } from "../../test/virtual-time.js";
import { createKeyRing } from "../admission/keys.js";
import { build, type Gateway, OpenToAllError } from "../build.js";
import { loadSettings } from "../config/load.js";
import type { Settings } from "../config/settings.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { realClock, realTimers } from "../surroundings.js";
import { createDoor } from "./dispatch.js";
import { ListenError } from "./listen.js";
import { healthRoutes } from "./routes/health.js";

const { ok, say, stop, done } = chatSteps;
const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

async function start(script: ProviderScript, change: Partial<Settings> = {}) {
  const environment = { OPENAI_API_KEY: "sk-test" };
  const settings = loadSettings({ workingDirectory: "/nonexistent", environment, listen: "127.0.0.1:0" });
  const provider = createScriptedProvider({ clock: realClock, timers: realTimers }, [script]);
  const gateway = await build({ ...settings, ...change }, { ledger: "memory", transport: provider.transport });
  gateways.push(gateway);
  return { gateway, calls: provider.calls, url: (await gateway.listen()).url };
}

const body = JSON.stringify({ model: "openai/gpt-4o", stream: true, messages: [{ role: "user", content: "Hello" }] });
const ask = (url: string, signal?: AbortSignal) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...(signal === undefined ? {} : { signal }),
  });

test("a stop waits for the answers that are open", async () => {
  const { gateway, url } = await start([ok, say("Hi"), 60, stop, done, "end"]);
  const answer = await ask(url);
  const closed = gateway.close();
  expect((await answer.text()).endsWith(done)).toBe(true);
  await closed;
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

test("an answer that outlasts the patience ends with a well-formed error, and its row says why", async () => {
  const { gateway, url, calls } = await start([ok, say("Hi")], { drainMs: 30 });
  const answer = await ask(url);
  const { ledger } = gateway;
  const closed = gateway.close();
  const text = await answer.text();
  const ending = ledger.list({ limit: 1 })[0]?.ending;
  await closed;
  expect(text).toContain('"code":"draining"');
  expect(text.endsWith(done)).toBe(true);
  expect(ending).toBe("draining");
  expect(calls[0]?.aborted).toBe(true);
});

test("a gateway that stops takes no new work, and its health says so", async () => {
  const route = { method: "POST", path: "/v1/work", access: "none", serve: () => {} } as const;
  const door = createDoor(
    {
      routes: [route, ...healthRoutes({ version: "1.2.3", pid: 7, draining: () => true })],
      keys: createKeyRing([]),
      listen: { host: "127.0.0.1", port: 0 },
      hosts: [],
      clock: realClock,
      observe() {},
      dialect: openaiChat,
      draining: () => true,
    },
    false,
  );
  const server = createServer(door);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const refused = await fetch(`${url}/v1/work`, { method: "POST" });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ error: { code: "draining" } });
  const health = await fetch(`${url}/health`);
  expect([health.status, await health.json()]).toMatchObject([503, { status: "draining", version: "1.2.3", pid: 7 }]);
  server.closeAllConnections();
  server.close();
});

test("a client that leaves ends the upstream call within 100 ms, and its row is written", async () => {
  const { gateway, url, calls } = await start([ok, say("Hi")]);
  const leaving = new AbortController();
  const answer = await ask(url, leaving.signal);
  await answer.body?.getReader().read();
  const leftMs = performance.now();
  leaving.abort();
  while (calls[0]?.aborted !== true) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(performance.now() - leftMs).toBeLessThan(100);
  expect(gateway.ledger.list({ limit: 1 })).toMatchObject([{ ending: "client_gone", status: 499 }]);
});

test("an address that is in use is named, with what to do", async () => {
  const { url } = await start([]);
  const second = start([], { listen: new URL(url).host });
  await expect(second).rejects.toThrow(ListenError);
  await expect(second).rejects.toThrow(/is in use\. Stop the program .* --listen HOST:PORT/);
});

test("off loopback a gateway without keys does not start", async () => {
  const refused = start([], { listen: "0.0.0.0:0" });
  await expect(refused).rejects.toThrow(OpenToAllError);
  await expect(refused).rejects.toThrow(/TRUNKLINE_KEYS/);
});

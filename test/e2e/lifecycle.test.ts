// A gateway's life: clients that leave, planned stops, sudden ends, second owners, addresses that are taken.
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Folder, type GatewayProcess, runCommand, startGateway, temporaryFolder } from "./gateway-process.js";
import { startUpstream, type Upstream } from "./upstream.js";

let upstream: Upstream;
let folder: Folder;
let running: GatewayProcess[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const gateway of running) {
    gateway.child.kill("SIGKILL");
    await gateway.ended;
  }
  running = [];
  folder.remove();
});

async function start(extra = ""): Promise<GatewayProcess> {
  const config = `providers:\n  up: { dialect: openai-chat, baseUrl: "${upstream.url}/v1" }\n${extra}`;
  const gateway = await startGateway({ folder, config });
  running.push(gateway);
  return gateway;
}

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly text: () => string;
  readonly ended: Promise<string>;
  leave(): void;
}

/** Sends a chat request; resolves when the head of the answer is there. */
function ask(url: string, model: string, stream = true): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/v1/chat/completions`,
      { method: "POST", headers: { "content-type": "application/json" } },
      (response) => {
        let text = "";
        const ended = new Promise<string>((done) => {
          response.on("data", (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on("close", () => done(text));
          response.on("error", () => done(text));
        });
        const id = String(response.headers["x-generation-id"]);
        resolve({ id, status: response.statusCode ?? 0, text: () => text, ended, leave: () => call.destroy() });
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify({ model, stream, messages: [{ role: "user", content: "Count." }] }));
  });
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>, withinMs = 5_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Row {
  readonly id: string;
  readonly ending: string;
  readonly status: number;
}

async function logs(): Promise<readonly Row[]> {
  const { stdout } = await runCommand(["logs", "--json", "-n", "100", "--data", join(folder.path, "data")], { folder });
  const parsed: { readonly data: readonly Row[] } = JSON.parse(stdout);
  return parsed.data;
}

test("a client that leaves ends the upstream call within 100 ms, and its row is written", async () => {
  const { url } = await start();
  const answer = await ask(url, "up/endless");
  await until(() => (answer.text().includes("two") ? true : undefined));
  const call = upstream.calls.at(-1);
  const leftAtMs = performance.now();
  answer.leave();
  const abortedAtMs = await until(() => call?.abortedAtMs);
  expect(abortedAtMs - leftAtMs).toBeLessThan(100);
  const row = await until(async () => (await logs()).find((one) => one.id === answer.id));
  expect(row).toMatchObject({ ending: "client_gone", status: 499 });
});

test("a client that leaves before the provider answered ends the upstream call too", async () => {
  const { url } = await start();
  const before = upstream.calls.length;
  const call = request(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  call.on("error", () => {});
  call.end(JSON.stringify({ model: "up/hang", messages: [{ role: "user", content: "Count." }] }));
  const seen = await until(() => upstream.calls[before]);
  call.destroy();
  await until(() => seen.abortedAtMs);
  const [row] = await until(async () => ((await logs()).length > 0 ? logs() : undefined));
  expect(row).toMatchObject({ ending: "client_gone" });
});

test("SIGTERM lets an open stream finish, takes no new request, and exits with 0", async () => {
  const gateway = await start();
  const answer = await ask(gateway.url, "up/slow");
  gateway.child.kill("SIGTERM");
  expect(await answer.ended).toContain("[DONE]");
  expect(await gateway.ended).toBe(0);
  await expect(ask(gateway.url, "up/say")).rejects.toThrow();
  expect((await logs()).map((row) => row.ending)).toEqual(["done"]);
});

test("a stream that outlasts the stop's patience gets a word and a row", async () => {
  const gateway = await start("drainMs: 200\n");
  const answer = await ask(gateway.url, "up/endless");
  gateway.child.kill("SIGTERM");
  expect(await answer.ended).toContain("draining");
  expect(await gateway.ended).toBe(0);
  expect((await logs()).map((row) => row.ending)).toEqual(["draining"]);
});

test("SIGKILL after the hold leaves one row with the cause gateway_killed at the next start", async () => {
  const gateway = await start();
  const whole = await ask(gateway.url, "up/say");
  await whole.ended;
  const cut = await ask(gateway.url, "up/endless");
  gateway.child.kill("SIGKILL");
  await gateway.ended;
  await start();
  const rows = await logs();
  expect(rows).toHaveLength(2);
  expect(rows.find((row) => row.id === whole.id)).toMatchObject({ ending: "done" });
  expect(rows.find((row) => row.id === cut.id)).toMatchObject({ ending: "gateway_killed" });
});

test("a stream that the provider cuts ends with an error, not as if it were whole", async () => {
  const { url } = await start();
  const text = await (await ask(url, "up/cut")).ended;
  expect(text).toContain("One two ".trim().split(" ")[0] ?? "");
  expect(text).toContain('"finish_reason":"error"');
  expect((await logs())[0]).toMatchObject({ ending: "upstream_cut" });
});

test("a second gateway on the same data folder is refused and names the first", async () => {
  const first = await start();
  const config = join(folder.path, "trunkline.yaml");
  const args = ["serve", "--config", config, "--listen", "127.0.0.1:0", "--data", join(folder.path, "data")];
  const second = await runCommand(args, { folder });
  expect(second.code).not.toBe(0);
  expect(second.stderr).toContain(String(first.child.pid));
});

test("an address that is taken is named, with what to do", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const result = await runCommand(["serve", "--listen", `127.0.0.1:${port}`, "--data", join(folder.path, "data")], {
    folder,
  });
  taken.close();
  expect(result.code).not.toBe(0);
  expect(result.stderr).toContain(`127.0.0.1:${port} is in use`);
  expect(result.stderr).toContain("--listen");
});

test("without keys it listens on loopback only", async () => {
  const result = await runCommand(["serve", "--listen", "0.0.0.0:0", "--data", join(folder.path, "data")], { folder });
  expect(result.code).not.toBe(0);
  expect(result.stderr).toContain("TRUNKLINE_KEYS");
});

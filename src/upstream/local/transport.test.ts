// The transport against small child processes of our own: real processes, a real socket, no model.
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TransportFault, TransportRequest } from "../transport.js";
import { createLocalTransport, type LocalTransport, type LocalTransportOptions } from "./transport.js";

/** Answers by path: /slow streams until the client leaves and notes it, /die ends the process, else it says its pid. */
const childSource = `
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
const [socketPath, notes] = process.argv.slice(2);
appendFileSync(notes, "start\\n");
process.once("disconnect", () => process.exit(0));
createServer((request, response) => {
  if (request.url === "/v1/die") process.exit(3);
  if (request.url === "/v1/break") { response.write("half"); setTimeout(() => process.exit(3), 20); return; }
  if (request.url !== "/v1/slow") { response.setHeader("x-path", request.url); response.end(String(process.pid)); return; }
  const timer = setInterval(() => response.write("x".repeat(65536)), 1);
  response.once("close", () => { clearInterval(timer); appendFileSync(notes, "left\\n"); });
}).listen(socketPath, () => process.send({ kind: "ready" }));
`;

let folder: string;
let transport: LocalTransport;
let socketFolders: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-child-"));
  writeFileSync(join(folder, "child.mjs"), childSource);
  socketFolders = [];
});
afterEach(async () => {
  await transport.close();
  expect(socketFolders.filter((path) => existsSync(path))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

const notes = () => (existsSync(join(folder, "notes")) ? readFileSync(join(folder, "notes"), "utf8") : "");

function open(options: Partial<LocalTransportOptions> = {}, script = "child.mjs"): void {
  transport = createLocalTransport({
    dataDir: folder,
    installed: () => true,
    start(socketPath) {
      socketFolders.push(join(socketPath, ".."));
      const args = [socketPath, join(folder, "notes")];
      return fork(join(folder, script), args, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
    },
    ...options,
  });
}

interface Outcome {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  text: string;
  fault?: TransportFault;
}

function requestFor(path: string, connectTimeoutMs: number): TransportRequest {
  return { method: "POST", url: `local:///v1/${path}`, headers: {}, body: Buffer.from("{}"), connectTimeoutMs };
}

function call(path: string, connectTimeoutMs = 5_000): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = { text: "" };
    transport.call(requestFor(path, connectTimeoutMs), {
      onHead(status, headers) {
        Object.assign(outcome, { status, headers });
      },
      onData(bytes) {
        outcome.text += bytes.toString("utf8");
        return true;
      },
      onEnd: () => resolve(outcome),
      onFault: (fault) => resolve({ ...outcome, fault }),
    });
  });
}

describe("createLocalTransport", () => {
  test("starts one child on the first call and keeps it for the next", async () => {
    open();
    expect(notes()).toBe("");
    const [first, second] = await Promise.all([call("chat/completions?a=1"), call("x")]);
    expect(first).toMatchObject({ status: 200, headers: { "x-path": "/v1/chat/completions?a=1" } });
    expect(second.text).toBe(first.text);
    expect(notes()).toBe("start\n");
  });

  test("warm starts the child before the first call", async () => {
    open();
    expect(await transport.warm()).toBeUndefined();
    expect(notes()).toBe("start\n");
  });

  test("says with a 503 what to run when the model isn't installed", async () => {
    open({ installed: () => false });
    const outcome = await call("x");
    expect(outcome.status).toBe(503);
    expect(JSON.parse(outcome.text)).toMatchObject({
      error: { code: "local_model_not_installed", message: expect.stringContaining("trunkline pull") },
    });
    expect(await transport.warm()).toContain("trunkline pull");
  });

  test("a child that dies is a reset, and the next call starts another after a pause", async () => {
    open();
    const before = await call("x");
    expect(await call("die")).toMatchObject({ fault: { kind: "reset", sent: true } });
    const started = performance.now();
    const after = await call("x");
    expect(after.status).toBe(200);
    expect(after.text).not.toBe(before.text);
    expect(performance.now() - started).toBeGreaterThan(800);
  });

  test("a child that dies in the middle of an answer is a reset after its head", async () => {
    open();
    expect(await call("break")).toMatchObject({ status: 200, text: "half", fault: { kind: "reset", sent: true } });
  });

  test("pauses grow with each death, and a call that can't wait so long is refused at once", async () => {
    const pauses: number[] = [];
    let now = 0;
    writeFileSync(
      join(folder, "broken.mjs"),
      `process.send({ kind: "failed", sentence: "no memory" }, () => process.exit(1));`,
    );
    const timers: LocalTransportOptions["timers"] = {
      after(ms, run) {
        const pause = ms <= 30_000;
        if (pause) pauses.push(ms);
        if (pause) now += ms;
        const timer = pause ? setImmediate(run) : undefined;
        return { cancel: () => clearImmediate(timer) };
      },
    };
    open({ timers, clock: { monotonicMs: () => now }, startLimitMs: 60_000 }, "broken.mjs");
    for (let death = 0; death < 7; death++) {
      expect(await call("x", 30_000)).toMatchObject({
        fault: { kind: "connect", sent: false, message: "the local model could not be loaded: no memory" },
      });
      await expect.poll(() => existsSync(socketFolders.at(-1) ?? "")).toBe(false);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect((await call("x", 10)).fault?.message).toBe(
      "the local model ended 7 times in a row and may start again in 30 s",
    );
  });

  test("abort ends the call in the child and calls nothing afterwards", async () => {
    open();
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      const running = transport.call(requestFor("slow", 5_000), {
        onHead: () => told.push("head"),
        onData() {
          told.push("data");
          running.abort();
          resolve();
          return true;
        },
        onEnd: () => told.push("end"),
        onFault: () => told.push("fault"),
      });
    });
    await expect.poll(notes).toContain("left");
    expect(told).toEqual(["head", "data"]);
  });

  test("a reader that asks for a pause gets no more bytes until it resumes", async () => {
    open();
    let received = 0;
    const running = await new Promise<{ resume(): void; abort(): void }>((resolve) => {
      const started = transport.call(requestFor("slow", 5_000), {
        onHead() {},
        onData() {
          received++;
          setImmediate(() => resolve(started));
          return false;
        },
        onEnd() {},
        onFault() {},
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).toBe(1);
    running.resume();
    await expect.poll(() => received).toBe(2);
    running.abort();
  });

  test("a child that never gets ready is given up", async () => {
    writeFileSync(join(folder, "mute.mjs"), "setInterval(() => undefined, 1000);");
    open({ startLimitMs: 100 }, "mute.mjs");
    expect((await call("x")).fault).toMatchObject({
      kind: "connect",
      message: "the local model did not start within 0.1 seconds",
    });
  });

  test("close ends the child, and calls after it are refused", async () => {
    open();
    const { text } = await call("x");
    await transport.close();
    expect(() => process.kill(Number(text), 0)).toThrow();
    expect((await call("x")).fault?.message).toBe("the local model is closed");
    expect(readdirSync(folder)).toContain("notes");
  });
});

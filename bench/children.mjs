// Child processes and temporary folders of a bench run; all of them are gone when the run ends, however it ends.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pinned } from "./cores.mjs";

const running = new Set();
const folders = new Set();

/** Starts a command in a process group of its own, so that its workers end with it. */
export function startChild(command, args, { core, env = {} } = {}) {
  const [file, argv] = pinned(core, command, args);
  const child = spawn(file, argv, {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
  });
  const started = { pid: child.pid, output: "", ended: undefined };
  const keep = (data) => {
    started.output = (started.output + data).slice(-4000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.stdin.on("error", () => {});
  started.closed = new Promise((resolve) => {
    const end = (why) => {
      started.ended ??= why;
      running.delete(started);
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (code, signal) => end(`ended with ${signal ?? code}`));
  });
  if (child.pid) running.add(started);
  return started;
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

export async function stopChild(child) {
  if (!running.has(child)) return;
  signalGroup(child, "SIGTERM");
  await Promise.race([child.closed, sleep(2000, undefined, { ref: false })]);
  if (running.has(child)) signalGroup(child, "SIGKILL");
}

export async function stopChildren() {
  await Promise.all([...running].map(stopChild));
}

export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `trunkline-bench-${name}-`));
  folders.add(folder);
  return folder;
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", () => answer(true)).once("error", () => answer(false));
  });
}

/** Waits until the child takes connections; throws with its last output when it ends or takes too long. */
export async function untilListening(child, port, { everyMs = 5, limitMs = 10_000 } = {}) {
  const limit = performance.now() + limitMs;
  while (!(await accepts(port))) {
    if (child.ended) throw new Error(`${child.ended}: ${child.output.trim()}`);
    if (performance.now() > limit) throw new Error(`not listening after ${limitMs} ms: ${child.output.trim()}`);
    await sleep(everyMs);
  }
}

process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const [signal, code] of [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => process.exit(code));
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Claim, claim, probeOwner, socketPath } from "./ownership.js";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "trunkline-own-")), "data");
});

function get(path: string, socket: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath: socket, path, agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response) body += String(chunk);
      resolve({ status: response.statusCode, body });
    })
      .on("error", reject)
      .end();
  });
}

/** A process of its own that holds the folder's socket as a killed gateway leaves it. */
async function leaveDeadSocket(path: string): Promise<void> {
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  await once(spawn(process.execPath, ["-e", script]), "exit");
}

describe("a claim", () => {
  it("answers on the socket with the pid and the version, and no longer once it is released", async () => {
    expect(await probeOwner(folder)).toEqual({ alive: false });
    const owner = await claim(folder, { version: "1.2.3" });
    expect(await probeOwner(folder)).toEqual({ alive: true, pid: process.pid, version: "1.2.3" });
    expect(owner.socketPath).toBe(socketPath(folder));
    expect(statSync(owner.socketPath).mode & 0o777).toBe(0o600);
    await owner.release();
    expect(await probeOwner(folder)).toEqual({ alive: false });
    expect(existsSync(join(folder, "gateway.sock"))).toBe(false);
  });

  it("refuses a second one with the owner's pid", async () => {
    const owner = await claim(folder);
    await expect(claim(folder)).rejects.toThrow(`belongs to the process ${process.pid}`);
    expect(await probeOwner(folder)).toMatchObject({ alive: true });
    await owner.release();
    const next = await claim(folder);
    await owner.release();
    expect(existsSync(join(folder, "gateway.pid"))).toBe(true);
    await next.release();
  });

  it("is won by exactly one of many that start at once over a dead socket", async () => {
    mkdirSync(folder);
    await leaveDeadSocket(socketPath(folder));
    expect(existsSync(socketPath(folder))).toBe(true);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => claim(folder)));
    const won = results.filter((result): result is PromiseFulfilledResult<Claim> => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(await probeOwner(folder)).toMatchObject({ alive: true, pid: process.pid });
    for (const result of won) await result.value.release();
  });

  it("gives requests to the gateway once that serves, and keeps the health to itself", async () => {
    const owner = await claim(folder);
    expect((await get("/v1/models", owner.socketPath)).status).toBe(503);
    owner.serve((incoming, response) => response.end(`you asked ${incoming.url}`));
    expect((await get("/v1/models", owner.socketPath)).body).toBe("you asked /v1/models");
    expect(JSON.parse((await get("/health", owner.socketPath)).body)).toMatchObject({ pid: process.pid });
    await owner.release();
  });

  it("is refused where somebody answers on the socket without the lock", async () => {
    mkdirSync(folder);
    const stranger = createServer((socket) => socket.destroy()).listen(socketPath(folder));
    await once(stranger, "listening");
    await expect(claim(folder)).rejects.toThrow("belongs to another process");
    await new Promise((closed) => stranger.close(closed));
    await (await claim(folder)).release();
  });

  it("names the owner by its pid file where it does not answer in time", async () => {
    mkdirSync(folder);
    const frozen = createServer().listen(socketPath(folder));
    await once(frozen, "listening");
    writeFileSync(join(folder, "gateway.pid"), "4711\n");
    expect(await probeOwner(folder)).toEqual({ alive: true });
    await expect(claim(folder)).rejects.toThrow("belongs to the process 4711");
    frozen.close();
  });
});

describe("the socket's path", () => {
  it("is in the folder, the same for every spelling of it", () => {
    mkdirSync(folder);
    const link = join(dirname(folder), "link");
    symlinkSync(folder, link);
    expect(socketPath(link)).toBe(socketPath(folder));
    expect(dirname(socketPath(folder))).toBe(folder);
  });

  it("is in a private folder of its own where the data folder's path is too long for a socket", async () => {
    const deep = join(folder, "d".repeat(120));
    const path = socketPath(deep);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    const owner = await claim(deep);
    expect(owner.socketPath).toBe(path);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(await probeOwner(deep)).toMatchObject({ alive: true, pid: process.pid });
    await owner.release();
  });

  it("is not trusted there when others could have made the folder", async () => {
    const deep = join(folder, "e".repeat(120));
    mkdirSync(dirname(socketPath(deep)));
    const stranger = createServer().listen(socketPath(deep));
    await once(stranger, "listening");
    // Not by mkdir's mode: the umask would take it back.
    chmodSync(dirname(socketPath(deep)), 0o777);
    expect(await probeOwner(deep)).toEqual({ alive: false });
    await expect(claim(deep)).rejects.toThrow("open to other users");
    stranger.close();
  });
});

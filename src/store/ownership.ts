// Who owns a data folder: the one process that holds its lock and answers on its socket. A second one is refused by name.
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { TrunklineError } from "../canonical/error.js";
import { because } from "../ledger/because.js";
import { ownFolder } from "./folder.js";
import { tryLock } from "./lock.js";
import { askOwner, type Owner } from "./owner.js";

/** Unix allows 104 to 108 bytes, the closing zero included. */
const longestSocketPathBytes = 100;

export interface Claim {
  /** Where this process listens. */
  readonly socketPath: string;
  /** From now on requests on the socket go to the listener, `GET /health` apart: that one proves who owns the folder. */
  serve(listener: RequestListener): void;
  /** Closes the socket with its connections and gives the folder up. */
  release(): Promise<void>;
}

/** Where the owner of a data folder listens. The same for every spelling of the folder. */
export function socketPath(dataDir: string): string {
  const folder = realPath(dataDir);
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\trunkline-${hash}`;
  const path = join(folder, "gateway.sock");
  return Buffer.byteLength(path) <= longestSocketPathBytes ? path : join(tmpdir(), `trunkline-${hash}`, "gateway.sock");
}

/**
 * Asks the folder's socket who answers. Changes nothing: a dead socket is left for the next claim, which removes it
 * under the lock. Whoever removed it without could remove the socket of a gateway that has just started.
 */
export async function probeOwner(dataDir: string): Promise<Owner> {
  const path = socketPath(dataDir);
  if (!isPrivate(dirname(path), dataDir)) return { alive: false };
  return askOwner(path);
}

/**
 * Makes this process the owner of the folder, which is created where it is missing.
 * Throws TrunklineError that names the owner's pid where there is one already.
 * @param options.version what `GET /health` on the socket tells beside the pid.
 */
export async function claim(dataDir: string, options: { readonly version?: string } = {}): Promise<Claim> {
  ownFolder(dataDir);
  const pidPath = join(dataDir, "gateway.pid");
  const lock = await tryLock(join(dataDir, "gateway.lock"));
  if (lock === undefined) throw refusal(dataDir, await awaitOwner(dataDir), pidPath);
  try {
    const path = socketPath(dataDir);
    // The lock suffices wherever the file system keeps it; a socket that answers says that this one does not.
    const owner = await probeOwner(dataDir);
    if (owner.alive) throw refusal(dataDir, owner, pidPath);
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
    const socket = await listen(path, dataDir, options.version);
    let released = false;
    return {
      socketPath: path,
      serve: socket.serve,
      async release() {
        if (released) return;
        released = true;
        await socket.close();
        // The pid file is removed under the lock, or it could be the next owner's.
        rmSync(pidPath, { force: true });
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The owner has the lock a moment before it listens: asked again for half a second until it tells who it is. */
async function awaitOwner(dataDir: string): Promise<Owner> {
  for (let tries = 0; ; tries += 1) {
    const owner = await probeOwner(dataDir);
    if (owner.alive || tries === 5) return owner;
    await setTimeout(100);
  }
}

interface Socket {
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

async function listen(path: string, dataDir: string, version: string | undefined): Promise<Socket> {
  let listener: RequestListener = (_request, response) => {
    answer(response, 503, { error: { message: "The gateway is starting.", code: "gateway_overloaded" } });
  };
  const server = createServer((request, response) => {
    if (request.method === "GET" && request.url === "/health")
      answer(response, 200, { status: "ok", pid: process.pid, version });
    else listener(request, response);
  });
  try {
    if (process.platform !== "win32") clearPath(path, dataDir);
    await listening(server, path);
    if (process.platform !== "win32") chmodSync(path, 0o600);
  } catch (error) {
    server.close();
    throw TrunklineError.is(error)
      ? error
      : new TrunklineError("internal", `The socket ${path} cannot be opened: ${because(error)}.`);
  }
  return {
    serve(next) {
      listener = next;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(path, () => {
      server.off("error", failed);
      done();
    });
  });
}

/** Makes way for the socket: its folder, and the dead one of an earlier owner. Only under the lock. */
function clearPath(path: string, dataDir: string): void {
  ownFolder(dirname(path));
  if (!isPrivate(dirname(path), dataDir))
    throw new TrunklineError("internal", `The folder ${dirname(path)} is open to other users.`, {
      whatToDo: "Remove it, or give Trunkline a data folder with a shorter path.",
    });
  rmSync(path, { force: true });
}

/** A folder under the shared temporary one could have been made by somebody else, to be handed our requests. */
function isPrivate(folder: string, dataDir: string): boolean {
  if (process.platform === "win32" || folder === realPath(dataDir)) return true;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

function realPath(dataDir: string): string {
  try {
    return realpathSync(dataDir);
  } catch {
    return resolve(dataDir);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refusal(dataDir: string, owner: Owner, pidPath: string): TrunklineError {
  const pid = (owner.alive ? owner.pid : undefined) ?? readPid(pidPath);
  const who = pid === undefined ? "another process" : `the process ${pid}`;
  return new TrunklineError("internal", `The data folder ${dataDir} belongs to ${who}.`, {
    whatToDo: "Use that gateway, stop it, or give this one another data folder.",
  });
}

/** What the owner wrote, for when it does not answer: it may be frozen, or just starting. */
function readPid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

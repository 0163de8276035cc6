// A real gateway in a process of its own, from the build, for end-to-end tests.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface GatewayProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves with the exit code once it ended; null after a signal that it did not handle. */
  ended: Promise<number | null>;
}

export interface Folder {
  readonly path: string;
  write(name: string, text: string): string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "trunkline-test-"));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Nothing of the developer's own environment reaches a test. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", NO_COLOR: "1", ...extra };
}

export interface StartOptions {
  readonly folder: Folder;
  /** trunkline.yaml's text. */
  readonly config: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
}

const startWithinMs = 10_000;

/** Runs `trunkline serve`; resolves when it listens, rejects with what it printed when it ends before. */
export function startGateway(options: StartOptions): Promise<GatewayProcess> {
  const config = options.folder.write("trunkline.yaml", options.config);
  const listen = ["--config", config, "--listen", "127.0.0.1:0", "--data", join(options.folder.path, "data")];
  const child = spawn(process.execPath, [main, "serve", ...listen, ...(options.arguments ?? [])], {
    cwd: options.folder.path,
    env: cleanEnvironment(options.environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not listen in time:\n${printed}`)), startWithinMs);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(printed)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve({ url, child, ended, output: () => printed });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${code}:\n${printed}`));
    });
  });
}

/** Runs a command of the command line to its end. */
export function runCommand(
  args: readonly string[],
  options: {
    readonly folder: Folder;
    readonly environment?: Readonly<Record<string, string>>;
    readonly stdin?: string;
  },
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.folder.path,
    env: cleanEnvironment(options.environment),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

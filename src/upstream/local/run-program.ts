// Runs another program (npm, pip) to its end. Its output is kept out of sight; the last lines explain a failure.
import { spawn } from "node:child_process";

export interface ProgramRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

export type ProgramEnd =
  | { readonly kind: "done" }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly sentence: string };

const keptOutputBytes = 4096;

export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    // npm is a .cmd file on Windows, which only a shell can start; its arguments are fixed words, pip's hold a path.
    const shell = process.platform === "win32" && run.command === "npm";
    const child = spawn(run.command, [...run.args], {
      cwd: run.cwd,
      env: run.env,
      shell,
      stdio: ["ignore", "pipe", "pipe"],
      ...(run.signal ? { signal: run.signal } : {}),
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-keptOutputBytes);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve({ kind: "absent" });
      else resolve({ kind: "failed", sentence: error.name === "AbortError" ? "It was stopped." : error.message });
    });
    child.once("close", (code) => {
      if (code === 0) resolve({ kind: "done" });
      else resolve({ kind: "failed", sentence: `${run.command} ended with code ${code}: ${lastError(output)}` });
    });
  });
}

/** The last line that speaks of an error, without the address of a package index, at most 300 characters. */
function lastError(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const line = lines.findLast((text) => /error/i.test(text) && !/log of this run/i.test(text)) ?? lines.at(-1);
  return (line ?? "no reason given").replace(/https?:\/\/\S+/g, "…").slice(0, 300);
}

// The command line as a user has it, in this process: a folder, streams and variables of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { CommanderError } from "commander";
import { exitCodes } from "../src/cli/exit-codes.js";
import type { Io } from "../src/cli/io.js";
import { program } from "../src/cli/program.js";

export interface CommandRun {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandGiven {
  readonly stdin?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of a terminal; else standard output is a pipe. */
  readonly columns?: number;
  /** Standard input is a keyboard. */
  readonly keyboard?: boolean;
}

export interface CommandStage {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): string;
  run(args: readonly string[], given?: CommandGiven): Promise<CommandRun>;
  close(): void;
}

export function openCommandStage(): CommandStage {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-command-"));
  return {
    folder,
    write(name, content) {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    run: (args, given = {}) => run(folder, args, given),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function run(folder: string, args: readonly string[], given: CommandGiven): Promise<CommandRun> {
  const [stdout, stderr] = [collector(given.columns), collector(given.columns)];
  const stdin = Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]);
  const io: Io = {
    stdin: given.keyboard === true ? Object.assign(stdin, { isTTY: true }) : stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: { XDG_DATA_HOME: join(folder, "xdg"), ...given.environment },
    workingDirectory: folder,
  };
  let code: number | undefined;
  try {
    await program(io, (ended) => {
      code = ended;
    }).parseAsync(["node", "trunkline", ...args]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(columns: number | undefined) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  stream.on("data", (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, text: () => written.join("") };
}

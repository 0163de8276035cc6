#!/usr/bin/env node
// The executable: runs the program on the process's own streams and turns how it ended into an exit code.
import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.js";
import { reportFailure } from "./fail.js";
import { processIo } from "./io.js";
import { program } from "./program.js";

const io = processIo();

// A reader that has seen enough (`| head`) is no failure: the command ends in peace, and so does its call.
io.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.exit(exitCodes.failed);
});

try {
  await program(io, (code) => {
    process.exitCode = code;
  }).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else process.exitCode = reportFailure(io, error);
}

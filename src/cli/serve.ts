// `trunkline serve`: the gateway in the foreground, until it is told to stop.
import { build, type Gateway } from "../build.js";
import { readEnvironment } from "../config/environment.js";
import type { Settings } from "../config/settings.js";
import { dayOf } from "../gateway/plan.js";
import type { LogLevel } from "../observe/log.js";
import { defaultModel } from "./default-model.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { usageText } from "./usage-text.js";

export interface ServeFlags extends FolderFlags {
  readonly listen?: string;
  readonly log?: LogLevel;
}

export async function serve(io: Io, flags: ServeFlags): Promise<ExitCode> {
  return serveSettings(io, settingsFor(io, flags), flags.log ?? "trouble");
}

export async function serveSettings(io: Io, settings: Settings, level: LogLevel): Promise<ExitCode> {
  const gateway = await build(settings, {
    ledger: "data-folder",
    log: { level, write: (line) => io.stderr.write(line) },
  });
  let url: string;
  try {
    ({ url } = await gateway.listen());
  } catch (error) {
    await gateway.close();
    throw error;
  }
  io.stdout.write(greeting(io, gateway, url));
  await untilStopped(io, gateway);
  return exitCodes.ok;
}

function greeting(io: Io, gateway: Gateway, url: string): string {
  const environment = readEnvironment(io.workingDirectory, io.environment);
  const { model, because } = defaultModel(gateway.planning, environment, dayOf(Date.now()));
  const key = gateway.settings.keyHashes.length === 0 ? "anything" : "YOUR_KEY";
  const hint =
    model === "simulator/echo"
      ? `\nNote: "simulator/echo" is no model, it repeats what you write (${because ?? "you chose it"}).\n`
      : "";
  return `${usageText({ url, model, key })}${hint}\nModels: trunkline models    Log: trunkline logs    Stop: Ctrl-C\n`;
}

/** The first signal stops in peace, the second at once. */
function untilStopped(io: Io, gateway: Gateway): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(exitCodes.interrupted);
      stopping = true;
      io.stderr.write("Stopping: open answers may finish. Press Ctrl-C again to stop at once.\n");
      void gateway.close().then(resolve);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

// Variables of the process and of `.env` in the working directory. The process wins; `.env` is read, never written.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

export type Environment = Readonly<Record<string, string | undefined>>;

export function readEnvironment(workingDirectory: string, process: Environment): Environment {
  const file = join(workingDirectory, ".env");
  if (!existsSync(file)) return process;
  const fromFile: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, "utf8"))))
    if (value !== "") fromFile[name] = value;
  return { ...fromFile, ...process };
}

/** A non-empty value, else undefined. */
export function variable(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}

// Which model answers when the user names none: the one they set, else the local one, else a cheap one of a provider with a key.

import { build } from "../build.js";
import { TrunklineError } from "../canonical/error.js";
import { type Environment, readEnvironment, variable } from "../config/environment.js";
import type { Settings } from "../config/settings.js";
import { dayOf } from "../gateway/plan.js";
import { type RoutingParts, resolveModel } from "../routing/resolve.js";
import type { Io } from "./io.js";

/** Cheap, well-known, in the order in which they are tried; the last one always answers. */
const candidates = [
  "openai/gpt-4o-mini",
  "anthropic/claude-haiku-4.5",
  "google/gemini-2.5-flash",
  "groq/llama-3.3-70b-versatile",
  "mistralai/mistral-small-3.2-24b-instruct",
  "mistral/mistral-small-latest",
  "cohere/command-r-08-2024",
  "local/smollm2-135m-instruct",
  "simulator/echo",
] as const;

export interface DefaultModel {
  readonly model: string;
  /** Why this one, for people; undefined where the user named it. */
  readonly because: string | undefined;
}

export function defaultModel(parts: RoutingParts, environment: Environment, day: string): DefaultModel {
  const named = variable(environment, "TRUNKLINE_MODEL");
  if (named !== undefined) return { model: named, because: undefined };
  const [own] = parts.models.keys();
  if (own !== undefined && answers(parts, own, day)) return { model: own, because: "trunkline.yaml names it first" };
  for (const model of candidates) if (answers(parts, model, day)) return { model, because: reasonFor(model) };
  return { model: "simulator/echo", because: reasonFor("simulator/echo") };
}

/** For commands without -m: says on standard error which model was chosen, and why. */
export async function chooseModel(io: Io, settings: Settings): Promise<string> {
  const gateway = await build(settings, { ledger: "memory" });
  const { model, because } = defaultModel(
    gateway.planning,
    readEnvironment(io.workingDirectory, io.environment),
    dayOf(Date.now()),
  );
  await gateway.close();
  if (because !== undefined) io.stderr.write(`Asking ${model} (${because}). Choose another with -m MODEL.\n`);
  return model;
}

function reasonFor(model: string): string {
  if (model.startsWith("simulator/"))
    return "no provider key is set and no local model is installed: `trunkline pull` fetches one";
  return model.startsWith("local/") ? "no provider key is set: this one runs on your machine" : "a key for it is set";
}

function answers(parts: RoutingParts, model: string, day: string): boolean {
  try {
    return resolveModel(parts, model, day).endpoints.length > 0;
  } catch (error) {
    if (TrunklineError.is(error)) return false;
    throw error;
  }
}

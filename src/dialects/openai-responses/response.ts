// Writes canonical events as a plain Responses answer.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { Usage } from "../../canonical/usage.js";
import type { Profile, Served } from "../dialect.js";
import { failureOf } from "./errors.js";
import { endingOf } from "./finish.js";
import { Output } from "./output.js";
import { settingsOf, writeResource } from "./resource.js";

export function writeResponse(events: readonly Event[], served: Served, profile: Profile): Buffer {
  const output = new Output(served.generationId);
  let usage: Usage | undefined;
  let finish: Finish | undefined;
  for (const event of events) {
    output.add(event);
    if (event.type === "usage") usage = event.usage;
    if (event.type === "finish") finish = event.finish;
  }
  const { status, reason } = endingOf(finish);
  output.end(status === "completed" ? "completed" : "incomplete");
  const standing = { status, output: output.items(), usage, reason, ...failed(status) };
  return Buffer.from(writeResource(standing, settingsOf(served.asked), served, profile));
}

/** The provider ended its answer with an error that it did not explain. */
export function failed(status: string): { readonly error?: ReturnType<typeof failureOf> } {
  if (status !== "failed") return {};
  return { error: failureOf(new TrunklineError("upstream_error", "The provider ended the answer with an error.")) };
}

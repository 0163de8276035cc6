// Writes canonical events as a Responses stream: every event numbered, the whole resource at the beginning and the end.
import type { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import type { Outline, Profile, Served, StreamWriter } from "../dialect.js";
import { closer, errorFields, failureOf, writeEvent } from "./errors.js";
import { endingOf } from "./finish.js";
import { type ItemEvent, Output } from "./output.js";
import { type Standing, settingsOf, writeResource } from "./resource.js";
import { failed } from "./response.js";

export function writeStream(served: Served, _outline: Outline, profile: Profile): StreamWriter {
  return new ResponsesWriter(served, profile);
}

class ResponsesWriter implements StreamWriter {
  readonly #served: Served;
  readonly #profile: Profile;
  readonly #output: Output;
  readonly #settings: JsonObject;
  #number = 0;
  #usage: Usage | undefined;
  #finish: Finish | undefined;

  constructor(served: Served, profile: Profile) {
    this.#served = served;
    this.#profile = profile;
    this.#output = new Output(served.generationId);
    this.#settings = settingsOf(served.asked);
  }

  write(event: Event): string {
    const begun = this.#begin();
    switch (event.type) {
      case "usage":
        this.#usage = event.usage;
        return begun;
      case "finish":
        this.#finish = event.finish;
        return begun + this.#told(this.#output.end(this.#isComplete() ? "completed" : "incomplete"));
      default:
        return begun + this.#told(this.#output.add(event));
    }
  }

  end(): string {
    const { status, reason } = endingOf(this.#finish);
    const rest = this.#told(this.#output.end(this.#isComplete() ? "completed" : "incomplete"));
    const standing = { status, output: this.#output.items(), usage: this.#usage, reason, ...failed(status) };
    return this.#begin() + rest + this.#resource(`response.${status}`, standing) + closer(this.#profile);
  }

  /** OpenAI's own order: the error, which makes its clients throw, then the response that failed. */
  fail(error: TrunklineError): string {
    const begun = this.#begin();
    const told = this.#event("error", errorFields(error));
    const standing = {
      status: "failed" as const,
      output: this.#output.items(),
      usage: this.#usage,
      error: failureOf(error),
    };
    return begun + told + this.#resource("response.failed", standing) + closer(this.#profile);
  }

  #isComplete(): boolean {
    return endingOf(this.#finish).status === "completed";
  }

  #begin(): string {
    if (this.#number > 0) return "";
    const standing = { status: "in_progress" as const, output: [] };
    return this.#resource("response.created", standing) + this.#resource("response.in_progress", standing);
  }

  #told(events: readonly ItemEvent[]): string {
    return events.map(({ type, fields }) => this.#event(type, fields)).join("");
  }

  #event(type: string, fields: JsonObject): string {
    return writeEvent(JSON.stringify({ type, sequence_number: this.#number++, ...fields }), type, this.#profile);
  }

  #resource(type: string, standing: Standing): string {
    const json = writeResource(standing, this.#settings, this.#served, this.#profile);
    return writeEvent(`{"type":"${type}","sequence_number":${this.#number++},"response":${json}}`, type, this.#profile);
  }
}

// Writes canonical events as a chat stream, in both profiles.
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import { sseData, sseDone } from "../../framing/sse.js";
import type { Outline, Profile, Served, StreamWriter } from "../dialect.js";
import { writeFinish } from "./finish.js";
import { writeDetail } from "./reasoning-details.js";
import { chatExtra, reasoningField, usageJson, writeCitation } from "./response.js";

export function writeStream(served: Served, outline: Outline, profile: Profile): StreamWriter {
  return new ChatStreamWriter(served, outline, profile);
}

class ChatStreamWriter implements StreamWriter {
  readonly #served: Served;
  readonly #profile: Profile;
  /** The client wants usage in a frame of its own, so the finish frame need not wait for it. */
  readonly #usageApart: boolean;
  #started = false;
  #usage: Usage | undefined;
  /** Waits for the usage. */
  #finish: Finish | undefined;
  /** Reasoning parts that ended. */
  #thoughts = 0;

  constructor(served: Served, outline: Outline, profile: Profile) {
    this.#served = served;
    this.#profile = profile;
    this.#usageApart = profile === "openai" && outline.includeUsage;
  }

  write(event: Event): string {
    switch (event.type) {
      case "start":
        return this.#begin();
      case "text-delta":
        return this.#delta({ content: event.text });
      case "reasoning-delta":
        return this.#reasoning(event.text);
      case "reasoning-end":
        return this.#reasoningEnd(event.signature, event.encrypted);
      case "tool-call-start":
        return this.#call(event.call, {
          id: event.id,
          type: "function",
          function: { name: event.name, arguments: "" },
        });
      case "tool-call-delta":
        return this.#call(event.call, { function: { arguments: event.argumentsJson } });
      case "refusal":
        return this.#delta({ refusal: event.text });
      case "citation":
        return this.#delta({ annotations: [writeCitation(event)] });
      case "extra":
        return this.#extra(event.fields);
      case "usage":
        this.#usage = event.usage;
        return "";
      case "finish":
        if (this.#usageApart) return this.#frame({}, event.finish, undefined);
        this.#finish = event.finish;
        return "";
      default:
        return "";
    }
  }

  end(): string {
    const usage = this.#usage === undefined ? undefined : usageJson(this.#usage, this.#served, this.#profile);
    const finish = this.#finish === undefined ? "" : this.#frame({}, this.#finish, usage);
    const apart = this.#usageApart && usage !== undefined ? this.#envelope([], usage) : "";
    return finish + apart + sseDone;
  }

  #begin(): string {
    if (this.#started) return "";
    this.#started = true;
    return this.#frame({ content: "" }, undefined, undefined);
  }

  #delta(delta: JsonObject): string {
    return this.#begin() + this.#frame(delta, undefined, undefined);
  }

  /** Of what canonical has no name for, what this dialect has one for. */
  #extra(fields: JsonObject): string {
    const known = chatExtra(fields);
    return Object.keys(known).length > 0 ? this.#delta(known) : "";
  }

  #call(index: number, call: JsonObject): string {
    return this.#delta({ tool_calls: [{ index, ...call }] });
  }

  #reasoning(thought: string): string {
    const detail = writeDetail({ type: "reasoning", text: thought }, this.#thoughts);
    return this.#delta({
      [reasoningField(this.#profile)]: thought,
      // OpenAI's clients do not know the details: there only the signature follows, at the end.
      ...(this.#profile === "openrouter" && { reasoning_details: [detail] }),
    });
  }

  #reasoningEnd(signature: string | undefined, encrypted: string | undefined): string {
    const index = this.#thoughts++;
    if (signature === undefined && encrypted === undefined) return "";
    const part = {
      type: "reasoning" as const,
      text: "",
      ...(signature !== undefined && { signature }),
      ...(encrypted !== undefined && { encrypted }),
    };
    return this.#delta({ reasoning_details: [writeDetail(part, index)] });
  }

  #frame(delta: JsonObject, finish: Finish | undefined, usage: string | undefined): string {
    const choice = {
      index: 0,
      // OpenRouter's frames each repeat the role, and some of its clients need content to be there.
      delta: this.#profile === "openrouter" ? { role: "assistant", content: "", ...delta } : this.#withRole(delta),
      finish_reason: finish === undefined ? null : writeFinish(finish.reason),
      ...((finish !== undefined || this.#profile === "openrouter") && { native_finish_reason: finish?.native ?? null }),
      logprobs: null,
    };
    return this.#envelope([choice], usage);
  }

  /** OpenAI gives the role once, in the first frame. */
  #withRole(delta: JsonObject): JsonObject {
    return delta.content === "" ? { role: "assistant", ...delta } : delta;
  }

  #envelope(choices: readonly JsonObject[], usage: string | undefined): string {
    const json = JSON.stringify({
      id: this.#served.generationId,
      object: "chat.completion.chunk",
      created: this.#served.createdSeconds,
      model: this.#served.model,
      ...((this.#profile === "openrouter" || usage !== undefined) && { provider: this.#served.providerName }),
      choices,
    });
    return sseData(usage === undefined ? json : `${json.slice(0, -1)},"usage":${usage}}`);
  }
}

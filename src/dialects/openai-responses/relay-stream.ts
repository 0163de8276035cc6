// Relays a streamed Responses answer: events pass as the bytes that came. The last one waits until the generation is on
// record, and gets cost and who served; numbers and names are added where the provider gives its events none.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isObject, type JsonObject, text } from "../../canonical/json.js";
import { changeMembers } from "../../framing/json-members.js";
import { createSseReader, dataOf, type SseEvent } from "../../framing/sse.js";
import { type AnswerFacts, type AnswerStream, newFacts, type Profile, type Served } from "../dialect.js";
import { noteEvent } from "../facts.js";
import { parseObject } from "../openai-chat/profile.js";
import { closer, errorFields, failureOf, writeEvent } from "./errors.js";
import { memberBytes, spliced } from "./relay-response.js";
import { settingsOf, writeResource } from "./resource.js";
import { ResponsesReader } from "./stream.js";

/** Items that grow by text: until some of it comes, nothing of the answer is seen. */
const silentItems = new Set(["message", "reasoning", "function_call", "custom_tool_call"]);

export class ResponsesRelay implements AnswerStream {
  readonly facts: AnswerFacts = newFacts();
  alive = false;
  readonly #frames = createSseReader();
  readonly #reader = new ResponsesReader();
  readonly #served: Served;
  readonly #profile: Profile;
  /** The number of the next event. */
  #number = 0;
  /** The event that ends the answer. */
  #last: string | undefined;
  /** The resource as it was told at the start, and the items that were told whole: what a failed answer is closed with. */
  #begun: JsonObject | undefined;
  readonly #items = new Map<number, JsonObject>();

  constructor(served: Served, profile: Profile) {
    this.#served = served;
    this.#profile = profile;
  }

  get done(): boolean {
    return this.#reader.done;
  }

  push(bytes: Buffer): Buffer | undefined {
    this.alive = false;
    if (this.facts.fault !== undefined) return undefined;
    const out: (Buffer | string)[] = [];
    try {
      const comments = this.#frames.comments;
      const events = this.#frames.push(bytes);
      this.alive = events.length > 0 || this.#frames.comments > comments;
      for (const event of events) {
        this.#take(event, out);
        if (this.facts.fault !== undefined) break;
      }
    } catch (cause) {
      if (!this.facts.terminal)
        this.facts.fault = TrunklineError.is(cause) ? cause : invalid("The provider's stream cannot be read.");
    }
    const [first] = out;
    if (first === undefined) return undefined;
    if (out.length === 1 && typeof first !== "string") return first;
    return Buffer.concat(out.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
  }

  end(): string | undefined {
    if (this.facts.fault !== undefined) return undefined;
    if (this.#last === undefined) {
      this.facts.fault = new TrunklineError(
        "upstream_truncated",
        "The provider closed the stream before the answer was complete.",
      );
      return undefined;
    }
    const last = this.#last;
    this.#last = "";
    return last + closer(this.#profile);
  }

  fail(error: TrunklineError): string {
    const told = { type: "error", sequence_number: this.#number++, ...errorFields(error) };
    const failure = failureOf(error);
    const output = [...this.#items.entries()].sort(([a], [b]) => a - b).map(([, item]) => item);
    const standing = { status: "failed" as const, output, usage: this.facts.usage, error: failure };
    const own = writeResource(standing, settingsOf(this.#served.asked), this.#served, this.#profile);
    const resource = { ...parseObject(own), ...this.#begun };
    const failed = {
      type: "response.failed",
      sequence_number: this.#number++,
      response: {
        ...resource,
        status: "failed",
        output,
        error: { code: failure.code, message: failure.message },
        ...(this.#profile === "openrouter" && { error_type: failure.errorType }),
      },
    };
    return (
      writeEvent(JSON.stringify(told), "error", this.#profile) +
      writeEvent(JSON.stringify(failed), "response.failed", this.#profile) +
      closer(this.#profile)
    );
  }

  #take(event: SseEvent, out: (Buffer | string)[]): void {
    const data = dataOf(event);
    if (this.#reader.terminal || !data.trimStart().startsWith("{")) {
      this.#reader.read(data, event.event);
      return;
    }
    const frame = parseObject(data);
    if (frame === undefined) throw invalid("The provider sent a stream event that is not JSON.");
    for (const change of this.#reader.frame(frame, event.event)) noteEvent(change, this.facts);
    if (this.facts.fault !== undefined) return;
    this.facts.terminal = this.#reader.terminal;
    this.#follow(frame, text(frame.type) ?? event.event);
    const passed = this.#passed(event, frame);
    if (!this.facts.terminal) out.push(passed);
    else this.#last = passed.toString();
  }

  #follow(frame: JsonObject, type: string | undefined): void {
    const { response, item, output_index: index } = frame;
    if (isObject(response)) this.#begun ??= response;
    if (!isObject(item)) return;
    // A search or a program that runs is seen by the client, long before text comes.
    if (type === "response.output_item.added" && !silentItems.has(text(item.type) ?? "")) this.facts.content = true;
    if (type === "response.output_item.done" && typeof index === "number") this.#items.set(index, item);
  }

  #passed(event: SseEvent, frame: JsonObject): Buffer | string {
    const changes = new Map<string, string | undefined>();
    if (Number.isInteger(frame.sequence_number)) this.#number = Number(frame.sequence_number) + 1;
    else changes.set("sequence_number", String(this.#number++));
    const json = event.raw.subarray(event.dataStart, event.dataEnd);
    const isRetold = this.#profile === "openrouter" || this.facts.terminal;
    const resource = isRetold && isObject(frame.response) ? memberBytes(json, "response") : undefined;
    if (resource !== undefined)
      changes.set("response", spliced(resource, this.facts.usage, this.#served, this.#profile).toString("utf8"));
    const isNamed = event.event !== undefined;
    if (changes.size === 0 && isNamed && this.#profile === "openai") return event.raw;
    const name = event.event ?? text(frame.type) ?? "message";
    return writeEvent(changeMembers(json, changes).toString("utf8"), name, this.#profile);
  }
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}

// The rules of a Messages stream, as a grammar: which event may follow which, where the indexes stand, and how it ends.
// Source: https://docs.claude.com/en/docs/build-with-claude/streaming
import { isArray, isObject, type JsonObject, parseJson } from "../src/canonical/json.js";

export interface MessagesEvent {
  readonly name: string | undefined;
  readonly data: JsonObject;
}

/** The events of a stream, in order. Throws where one is no JSON object. */
export function messagesEvents(stream: string): readonly MessagesEvent[] {
  return stream
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => {
      const lines = frame.split("\n");
      const name = lines
        .find((line) => line.startsWith("event:"))
        ?.slice(6)
        .trim();
      const data = parseJson(
        lines
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5))
          .join(""),
      );
      if (!isObject(data)) throw new Error(`no JSON object: ${frame}`);
      return { name, data };
    });
}

const suitable: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["text", ["text_delta", "citations_delta"]],
  ["thinking", ["thinking_delta", "signature_delta"]],
  ["redacted_thinking", []],
  ["tool_use", ["input_json_delta"]],
]);

/**
 * What breaks the rules in a stream, as a sentence; undefined where nothing does.
 * @param stream what the client got, to its end. A stream that was left early keeps to the rules up to there, but is no whole one.
 */
export function messagesFault(stream: string): string | undefined {
  let state: "before" | "inside" | "ended" | "over" = "before";
  let next = 0;
  let open: JsonObject | undefined;
  for (const [at, { name, data }] of messagesEvents(stream).entries()) {
    const fault = (what: string) => `event ${at}, ${name}: ${what}`;
    if (name !== data.type) return fault(`its type is ${String(data.type)}`);
    if (state === "over") return fault("nothing may follow the end");
    switch (name) {
      case "ping":
        break;
      case "error":
        if (!isObject(data.error) || typeof data.error.type !== "string" || typeof data.error.message !== "string")
          return fault("an error has a type and a message");
        state = "over";
        break;
      case "message_start":
        if (state !== "before") return fault("the message has begun already");
        if (!isStart(data.message)) return fault("a message begins with an id, a model, its usage, and no content");
        state = "inside";
        break;
      case "content_block_start":
        if (state !== "inside" || open !== undefined) return fault("no block may begin here");
        if (data.index !== next || !isObject(data.content_block)) return fault(`block ${next} is due`);
        open = data.content_block;
        break;
      case "content_block_delta": {
        const { delta } = data;
        if (open === undefined || data.index !== next) return fault("its block is not open");
        const fitting = suitable.get(open.type);
        if (!isObject(delta) || (fitting !== undefined && !fitting.includes(String(delta.type))))
          return fault(`no delta for a block of type ${String(open.type)}`);
        break;
      }
      case "content_block_stop":
        if (open === undefined || data.index !== next) return fault("its block is not open");
        open = undefined;
        next++;
        break;
      case "message_delta":
        if (state === "before" || open !== undefined) return fault("a block is open, or nothing has begun");
        if (!isObject(data.usage) || typeof data.usage.output_tokens !== "number") return fault("it tells no usage");
        if (!isObject(data.delta)) return fault("it has no delta");
        if (typeof data.delta.stop_reason === "string") state = "ended";
        break;
      case "message_stop":
        if (state !== "ended") return fault("no stop reason was told");
        state = "over";
        break;
      default:
        return fault("no such event");
    }
  }
  return state === "over" ? undefined : "the stream does not end";
}

function isStart(message: unknown): boolean {
  return (
    isObject(message) &&
    message.type === "message" &&
    message.role === "assistant" &&
    typeof message.id === "string" &&
    typeof message.model === "string" &&
    isArray(message.content) &&
    message.content.length === 0 &&
    isObject(message.usage) &&
    typeof message.usage.input_tokens === "number" &&
    typeof message.usage.output_tokens === "number"
  );
}

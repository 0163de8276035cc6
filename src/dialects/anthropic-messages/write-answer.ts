// Writes canonical events as a Messages answer: as a stream, or as the message that a client would make of that stream.
import { Buffer } from "node:buffer";
import type { Event } from "../../canonical/event.js";
import { isArray, isObject, type Json, type JsonObject, parseJson, text } from "../../canonical/json.js";
import { sseEvent } from "../../framing/sse.js";
import type { Outline, Profile, Served, StreamWriter } from "../dialect.js";
import { usageWithCost, writeUsage } from "./usage.js";
import { type Ending, MessageFrames } from "./write-frames.js";

export const keepAlive = sseEvent("ping", JSON.stringify({ type: "ping" }));
export const messageStop = sseEvent("message_stop", JSON.stringify({ type: "message_stop" }));

export function writeStream(served: Served, _outline: Outline, profile: Profile): StreamWriter {
  const frames = new MessageFrames(served, profile);
  return {
    write: (event) => frames.write(event).map(writeFrame).join(""),
    end() {
      const last = frames.close().map(writeFrame).join("");
      const { delta, usage } = frames.ending;
      const json = withUsage({ type: "message_delta", delta }, usage, served, profile);
      return last + sseEvent("message_delta", json) + messageStop;
    },
  };
}

export function writeResponse(events: readonly Event[], served: Served, profile: Profile): Buffer {
  const frames = new MessageFrames(served, profile);
  const message = joined([...events.flatMap((event) => frames.write(event)), ...frames.close()]);
  const { delta, usage } = frames.ending;
  return Buffer.from(withUsage({ ...message, ...delta }, usage, served, profile));
}

function writeFrame(frame: JsonObject): string {
  return sseEvent(text(frame.type) ?? "", JSON.stringify(frame));
}

/** The object with its usage behind it, which may hold a cost. */
function withUsage(object: JsonObject, usage: Ending["usage"], served: Served, profile: Profile): string {
  const json = JSON.stringify(object);
  return `${json.slice(0, -1)},"usage":${usageWithCost(JSON.stringify(writeUsage(usage)), usage, served, profile)}}`;
}

/** The message that the frames of a stream make, without its usage. */
function joined(frames: readonly JsonObject[]): JsonObject {
  let message: JsonObject = {};
  const content: GrowingBlock[] = [];
  for (const frame of frames) {
    if (frame.type === "message_start" && isObject(frame.message)) message = frame.message;
    if (frame.type === "content_block_start" && isObject(frame.content_block))
      content.push({ block: { ...frame.content_block }, inputJson: "" });
    const last = content.at(-1);
    if (frame.type === "content_block_delta" && isObject(frame.delta) && last !== undefined) grow(last, frame.delta);
  }
  const { usage, ...rest } = message;
  return { ...rest, content: content.map(finished) };
}

interface GrowingBlock {
  readonly block: { [field: string]: Json | undefined };
  inputJson: string;
}

function grow(growing: GrowingBlock, delta: JsonObject): void {
  const { block } = growing;
  switch (delta.type) {
    case "text_delta":
      block.text = (text(block.text) ?? "") + (text(delta.text) ?? "");
      break;
    case "thinking_delta":
      block.thinking = (text(block.thinking) ?? "") + (text(delta.thinking) ?? "");
      break;
    case "signature_delta":
      block.signature = delta.signature;
      break;
    case "citations_delta":
      block.citations = [...(isArray(block.citations) ? block.citations : []), delta.citation ?? null];
      break;
    default:
      growing.inputJson += text(delta.partial_json) ?? "";
  }
}

function finished({ block, inputJson }: GrowingBlock): JsonObject {
  if (block.type !== "tool_use") return block;
  const input = parseJson(inputJson === "" ? "{}" : inputJson);
  // A call that was cut off is no JSON yet; its words are kept all the same.
  return { ...block, input: isObject(input) ? input : { arguments: inputJson } };
}

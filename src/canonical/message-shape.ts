// A message as seen by one who leaves messages out: whose it is, which tool calls tie it to others, which texts may be cut.
import type { MediaPart, Part, TextPart, ToolResultPart, Turn } from "./request.js";

export interface MessageShape {
  /** `system`: an instruction, developer's ones included. */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** Ids of the tool calls that it makes. */
  readonly calls: readonly string[];
  /** Ids of the tool calls that it answers. */
  readonly answers: readonly string[];
  /** Texts that may be shortened, in order. Not arguments of calls, and no reasoning: that may be signed. */
  readonly texts: readonly string[];
}

/** How to read one kind of message, and to write it with other texts. */
export interface MessageKind<Message> {
  shapeOf(message: Message): MessageShape;
  /** @param texts as many as its shape has, in the same order. */
  withTexts(message: Message, texts: readonly string[]): Message;
}

/** Turns of the canonical request. */
export const canonicalTurns: MessageKind<Turn> = {
  shapeOf(turn) {
    const calls: string[] = [];
    const answers: string[] = [];
    const texts: string[] = [];
    for (const part of turn.parts) {
      if (part.type === "tool-call") calls.push(part.id);
      if (part.type === "text") texts.push(part.text);
      if (part.type !== "tool-result") continue;
      answers.push(part.callId);
      for (const inner of part.content) if (inner.type === "text") texts.push(inner.text);
    }
    return { role: turn.role, calls, answers, texts };
  },
  withTexts(turn, texts) {
    const next = texts[Symbol.iterator]();
    const text = <Inner extends TextPart | MediaPart>(part: Inner): Inner | TextPart =>
      part.type === "text" ? { ...part, text: next.next().value ?? part.text } : part;
    const result = (part: ToolResultPart): Part => ({ ...part, content: part.content.map(text) });
    const parts = turn.parts.map((part): Part => {
      if (part.type === "text") return text(part);
      return part.type === "tool-result" ? result(part) : part;
    });
    return { ...turn, parts };
  },
};

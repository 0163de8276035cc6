// What is asked of a model, in the words of the canonical request, and how it goes over the wire: as a chat body.
import type { JsonObject } from "../canonical/json.js";
import type { MediaPart, OutputFormat, Request, TextPart, Tool, ToolChoice, Turn } from "../canonical/request.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { changeMembers } from "../framing/json-members.js";

/** A prompt for a model whose name is given apart. */
export interface Prompt {
  /** The user's words, or parts where images are among them. May be left out where `turns` ends with the user's. */
  readonly prompt?: string | readonly (TextPart | MediaPart)[] | undefined;
  readonly system?: string | undefined;
  /** What was said before, oldest first. */
  readonly turns?: readonly Turn[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly format?: OutputFormat | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly reasoning?: Request["reasoning"] | undefined;
  /** Further fields of the Chat dialect, as they go over the wire: `{ top_k: 40 }`. They win over those above. */
  readonly fields?: JsonObject | undefined;
}

export interface CallOptions {
  /** Limit of the whole call, milliseconds. `ask` and `compare`: 30,000 unless set here; `stream`: the gateway's own. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it ends the call at the provider too. */
  readonly signal?: AbortSignal | undefined;
}

export interface Question extends Prompt, CallOptions {
  /** `author/slug`, `provider/its-own-name`, or a name from trunkline.yaml. */
  readonly model: string;
}

/** @param stream false: the answer comes whole, in one piece. */
export function writeQuestion(question: Question, stream: boolean): string {
  const { body } = openaiChat.writeRequest(canonicalOf(question, stream), {
    model: question.model,
    stream,
    maxOutputTokens: undefined,
    keepsExtensions: true,
  });
  const own = new Map<string, string>();
  for (const [field, value] of Object.entries(question.fields ?? {})) own.set(field, JSON.stringify(value));
  if (question.timeoutMs !== undefined) {
    own.set("trunkline", JSON.stringify({ timeoutMs: Math.max(1, Math.round(question.timeoutMs)) }));
  }
  return (own.size === 0 ? body : changeMembers(body, own)).toString("utf8");
}

function canonicalOf(question: Question, stream: boolean): Request {
  const { prompt, system, turns, tools, toolChoice, format, maxOutputTokens, temperature, topP, seed, stop } = question;
  const parts = typeof prompt === "string" ? [{ type: "text" as const, text: prompt }] : prompt;
  return {
    instructions: system === undefined ? [] : [{ type: "text", text: system }],
    turns: [...(turns ?? []), ...(parts === undefined ? [] : [{ role: "user" as const, parts }])],
    tools: tools ?? [],
    ...(toolChoice !== undefined && { toolChoice }),
    ...(format !== undefined && { format }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(seed !== undefined && { seed }),
    ...(stop !== undefined && { stop }),
    ...(question.reasoning !== undefined && { reasoning: question.reasoning }),
    stream,
    extra: {},
  };
}

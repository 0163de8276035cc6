// The Chat dialect's side of "middle-out": who asks for it, what a message is, and a request with other messages.
// https://openrouter.ai/docs/guides/features/message-transforms
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { MessageKind, MessageShape } from "../../canonical/message-shape.js";
import { changeMembers } from "../../framing/json-members.js";
import type { ClientRequest, Shortening } from "../dialect.js";
import { checkMessages } from "./check-messages.js";
import { readCanonical } from "./read-canonical.js";

const transform = "middle-out";
const pluginId = "context-compression";

/** `plugins: [{ id: "context-compression" }]`, or the older `transforms: ["middle-out"]`. The plugin's word wins. */
export function asksForMiddleOut(body: JsonObject): boolean {
  const plugin = isArray(body.plugins) ? body.plugins.find(isOurPlugin) : undefined;
  if (isObject(plugin)) return plugin.enabled !== false && (plugin.engine ?? transform) === transform;
  return isArray(body.transforms) && body.transforms.includes(transform);
}

const isOurPlugin = (plugin: Json) => isObject(plugin) && plugin.id === pluginId;

const roles = new Map<unknown, MessageShape["role"]>([
  ["system", "system"],
  ["developer", "system"],
  ["assistant", "assistant"],
  ["tool", "tool"],
  ["function", "tool"],
]);

/** Messages of a chat request's body. */
export const chatMessages: MessageKind<JsonObject> = {
  shapeOf(message) {
    const role = roles.get(message.role) ?? "user";
    return {
      role,
      calls: role === "assistant" ? callsOf(message) : [],
      answers: role === "tool" ? [text(message.tool_call_id) ?? functionId(message.name)] : [],
      texts: textsOf(message.content),
    };
  },
  withTexts(message, texts) {
    if (typeof message.content === "string") return { ...message, content: texts[0] ?? message.content };
    if (!isArray(message.content)) return message;
    const next = texts[Symbol.iterator]();
    const content = message.content.map((part) =>
      isTextPart(part) ? { ...part, text: next.next().value ?? part.text } : part,
    );
    return { ...message, content };
  },
};

function callsOf(message: JsonObject): readonly string[] {
  const calls = isArray(message.tool_calls) ? message.tool_calls : [];
  const ids = calls.map((call) => (isObject(call) ? text(call.id) : undefined)).filter((id) => id !== undefined);
  return isObject(message.function_call) ? [...ids, functionId(message.function_call.name)] : ids;
}

/** Before tools there were functions: calls without an id, answered by name. */
const functionId = (name: unknown) => `function ${text(name) ?? ""}`;

function textsOf(content: Json | undefined): readonly string[] {
  if (typeof content === "string") return [content];
  return isArray(content) ? content.filter(isTextPart).map((part) => part.text) : [];
}

function isTextPart(part: Json): part is JsonObject & { readonly text: string } {
  return isObject(part) && part.type === "text" && typeof part.text === "string";
}

/**
 * The request with other messages, byte for byte the same elsewhere. The wish for middle-out is taken out, as it is
 * fulfilled: no provider need do it again, and nothing is lost.
 */
export function withMessages(client: ClientRequest, messages: readonly JsonObject[]): ClientRequest {
  const { plugins, transforms } = client.body;
  const otherPlugins = isArray(plugins) ? plugins.filter((plugin) => !isOurPlugin(plugin)) : undefined;
  const otherTransforms = isArray(transforms) ? transforms.filter((name) => name !== transform) : undefined;
  const changed: JsonObject = {
    messages,
    ...(otherPlugins !== undefined && { plugins: otherPlugins.length === 0 ? undefined : otherPlugins }),
    ...(otherTransforms !== undefined && { transforms: otherTransforms.length === 0 ? undefined : otherTransforms }),
  };
  const changes = Object.entries(changed).map(
    ([field, value]) => [field, value === undefined ? undefined : JSON.stringify(value)] as const,
  );
  const bytes = changeMembers(client.bytes, new Map(changes));
  const body = { ...client.body, ...changed };
  let canonical: ReturnType<ClientRequest["canonical"]> | undefined;
  return {
    outline: { ...client.outline, bodyBytes: bytes.length, hasImages: checkMessages(messages, false).hasImages },
    bytes,
    body,
    canonical() {
      canonical ??= readCanonical(body);
      return canonical;
    },
  };
}

export const shortening: Shortening = {
  asked: ({ body }) => (body.transforms !== undefined || body.plugins !== undefined) && asksForMiddleOut(body),
  kind: chatMessages,
  textOf(message) {
    const calls = message.tool_calls ?? message.function_call;
    const texts = textsOf(message.content);
    return calls === undefined ? texts.join("\n") : [...texts, JSON.stringify(calls)].join("\n");
  },
  withMessages,
};

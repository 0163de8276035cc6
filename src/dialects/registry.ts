// Every dialect that is built, by name. What is not listed is not built yet.
import { anthropicMessages } from "./anthropic-messages/dialect.js";
import type { ClientDialect, DialectName, Relay, UpstreamDialect } from "./dialect.js";
import { gemini } from "./gemini/dialect.js";
import { openaiChat } from "./openai-chat/dialect.js";
import { openaiResponses } from "./openai-responses/dialect.js";

export const clientDialects: ReadonlyMap<DialectName, ClientDialect> = new Map<DialectName, ClientDialect>([
  [openaiChat.name, openaiChat],
  [openaiResponses.name, openaiResponses],
  [anthropicMessages.name, anthropicMessages],
]);

export const upstreamDialects: ReadonlyMap<DialectName, UpstreamDialect> = new Map<DialectName, UpstreamDialect>([
  [openaiChat.name, openaiChat],
  [openaiResponses.name, openaiResponses],
  [anthropicMessages.name, anthropicMessages],
  [gemini.name, gemini],
]);

/** Dialects that both sides may speak: their bytes go through. */
export const relays: ReadonlyMap<DialectName, Relay> = new Map<DialectName, Relay>([
  [openaiChat.name, openaiChat.relay],
  [openaiResponses.name, openaiResponses.relay],
  [anthropicMessages.name, anthropicMessages.relay],
]);

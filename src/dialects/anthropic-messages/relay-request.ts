// Relays a Messages request: the body's bytes as they came, but for the model and what is not Anthropic's.
import { isObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import { applyEdits, memberEdits, readMembers } from "../../framing/json-members.js";
import type { ClientRequest, UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { leaveOutFields, targetEdits } from "../relay-edits.js";
import { apiVersion, outputLimit } from "./write-request.js";

/** OpenRouter's own fields. With a reason: leaving it out changes the answer. Without: the gateway itself acts on it. */
const extensions: ReadonlyMap<string, string | undefined> = new Map([
  ["models", undefined],
  ["fallbacks", undefined],
  ["route", undefined],
  ["session_id", undefined],
  ["provider", "routing preferences are not part of this provider's API"],
  ["plugins", "this provider has no plugins"],
  ["trace", "this provider takes no trace fields"],
  ["stop_server_tools_when", "this provider has no such parameter"],
]);

export function relayRequest(client: ClientRequest, target: UpstreamTarget, keepsExtensions: boolean): UpstreamRequest {
  const { body, bytes, outline } = client;
  const notes: ReceiptNote[] = [];
  const changes = targetEdits(body, target);
  if (outline.maxOutputTokens === undefined)
    changes.set("max_tokens", String(outputLimit(outline.maxOutputTokens, target, notes)));
  if (!keepsExtensions) {
    leaveOutFields(extensions, body, changes, notes);
    leaveOutUser(client, changes, notes);
  }
  const list = readMembers(bytes);
  return {
    path: "/messages",
    headers: { "anthropic-version": apiVersion, ...client.headers },
    body: list === undefined ? bytes : applyEdits(bytes, memberEdits(list, changes)),
    notes,
  };
}

/** OpenRouter's `user` is Anthropic's `metadata.user_id`. */
function leaveOutUser({ body }: ClientRequest, changes: Map<string, string | undefined>, notes: ReceiptNote[]): void {
  if (typeof body.user !== "string") return;
  changes.set("user", undefined);
  const metadata = isObject(body.metadata) ? body.metadata : {};
  if (metadata.user_id !== undefined) return;
  changes.set("metadata", JSON.stringify({ ...metadata, user_id: body.user }));
  notes.push({ field: "user", action: "renamed", why: "sent as metadata.user_id" });
}

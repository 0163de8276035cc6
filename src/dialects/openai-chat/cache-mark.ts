// `cache_control`, Anthropic's mark that OpenRouter's Chat dialect took over.
import { isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { CacheMark } from "../../canonical/request.js";

export function readCache(mark: Json | undefined): CacheMark | undefined {
  if (!isObject(mark) || mark.type !== "ephemeral") return undefined;
  return { lifetime: mark.ttl === "1h" ? "1h" : "5m" };
}

export function writeCache(mark: CacheMark): JsonObject {
  return mark.lifetime === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" };
}

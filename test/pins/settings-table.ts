// The table of settings in docs/configuration.md: names and bounds from the schema, meanings from here.
import { z } from "zod";
import { defaultCapacity } from "../../src/admission/capacity.js";
import { isArray, isObject, type Json, type JsonObject, parseJson } from "../../src/canonical/json.js";
import { defaultListen } from "../../src/config/load.js";
import { configSchema } from "../../src/config/schema.js";
import { defaultBodyBytes, defaultDrainMs } from "../../src/server/options.js";
import { defaultSlotLimits } from "../../src/upstream/local/slots.js";
import { timeoutsFor } from "../../src/upstream/timeouts.js";

const { connect, idle, total } = timeoutsFor({ maxOutputTokens: undefined, reasons: false });

/** Setting, default, meaning. `NAME` stands for a name of yours. */
const meanings: readonly (readonly [setting: string, byDefault: string | number, meaning: string])[] = [
  ["listen", defaultListen, "Address of the gateway. Beyond loopback it needs keys."],
  ["data", "see below", "Folder of ledger, journal, weights and socket."],
  ["keys", "none", "Keys that clients must send."],
  ["hosts", "none", "Further names that the `Host` header may hold, for a name of this machine."],
  ["providers.NAME.name", "NAME", "What people read in messages."],
  ["providers.NAME.dialect", "that of a known row", "What the provider speaks, in order of preference."],
  ["providers.NAME.baseUrl", "that of a known row", "Where it is, with its version: `https://api.example.com/v1`."],
  ["providers.NAME.apiKey", "the row's variables", "One key, or several that are used in turn."],
  [
    "providers.NAME.authentication",
    "that of a known row, else `bearer`",
    "`bearer`, `none`, or `{ header: x-api-key }`.",
  ],
  ["models.NAME.try", "none", "Makes NAME a name of your own: these, in order."],
  ["models.NAME.windowTokens", "the catalogue's", "Context window."],
  ["models.NAME.maxOutputTokens", "the catalogue's", "Output limit. Holds are priced with it."],
  ["models.NAME.price.inputUsdPerMTok", "the catalogue's", "US dollars per million tokens, as quoted decimals."],
  ["models.NAME.price.outputUsdPerMTok", "the catalogue's", "Likewise."],
  ["models.NAME.price.cacheReadUsdPerMTok", "the input price", "Likewise, for input read from the provider's cache."],
  ["models.NAME.price.cacheWriteUsdPerMTok", "the input price", "Likewise, for input written to it."],
  [
    "models.NAME.tokenizer",
    "",
    "A tokenizer.json, a folder with one, or a GGUF file, from the configuration's folder on: this model's tokens are counted exactly.",
  ],
  ["models.NAME.timeoutMs.connect", "`timeoutMs`", "As below, for requests that name NAME."],
  ["models.NAME.timeoutMs.firstToken", "`timeoutMs`", "Likewise."],
  ["models.NAME.timeoutMs.idle", "`timeoutMs`", "Likewise."],
  ["models.NAME.timeoutMs.total", "`timeoutMs`", "Likewise."],
  ["timeoutMs.connect", connect, "Until a connection stands."],
  ["timeoutMs.firstToken", "see below", "Streams: until the first content."],
  ["timeoutMs.idle", idle, "Streams: the longest silence between two events."],
  ["timeoutMs.total", total, "The whole request, retries and fallbacks included."],
  ["limits.inFlight", defaultCapacity.inFlight, "Requests served at once."],
  ["limits.waiting", defaultCapacity.waiting, "Requests that wait for a place; more are refused with 503."],
  ["limits.waitMs", defaultCapacity.waitMs, "How long one waits."],
  ["limits.bodyBytes", defaultBodyBytes, "Largest body of a request."],
  [
    "local.slots",
    defaultSlotLimits.slots,
    "Answers that the local model writes at a time. Each takes about 190 MB of memory.",
  ],
  [
    "local.waiting",
    defaultSlotLimits.waiting,
    "Requests that wait for it; more are refused with 503 and `retry-after`.",
  ],
  ["local.waitMs", defaultSlotLimits.waitMs, "How long one waits."],
  ["drainMs", defaultDrainMs, "How long open answers may go on when the gateway is stopped."],
];

export function settingsTable(): string {
  const schema = parseJson(JSON.stringify(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" })));
  const found = new Map(isObject(schema) ? leaves(schema, "") : []);
  const named = new Set(meanings.map(([setting]) => setting));
  const missing = [...found.keys()].filter((setting) => !named.has(setting));
  const gone = [...named].filter((setting) => !found.has(setting));
  if (missing.length + gone.length > 0)
    throw new Error(`no meaning: ${missing.join(", ")}; no setting: ${gone.join(", ")}`);
  const rows = meanings.map(
    ([setting, byDefault, meaning]) =>
      `| \`${setting}\` | ${found.get(setting)} | ${grouped(byDefault)} | ${meaning} |`,
  );
  return ["| setting | takes | default | what it is |", "|---|---|---|---|", ...rows].join("\n");
}

/** Every setting that is no group, with the kind of its value. */
function* leaves(schema: JsonObject, path: string): Generator<[setting: string, takes: string]> {
  const { properties, additionalProperties } = schema;
  if (isObject(properties)) {
    for (const [name, inner] of Object.entries(properties))
      if (isObject(inner)) yield* leaves(inner, path === "" ? name : `${path}.${name}`);
  } else if (isObject(additionalProperties)) yield* leaves(additionalProperties, `${path}.NAME`);
  else yield [path, takes(schema)];
}

function takes(schema: Json | undefined): string {
  if (!isObject(schema)) return "any";
  if (isArray(schema.anyOf)) return schema.anyOf.map(takes).join(" or ");
  if (isArray(schema.enum)) return "a word";
  if (schema.type === "array")
    return schema.maxItems === undefined ? "a list" : `a list, up to ${grouped(schema.maxItems)}`;
  if (schema.type !== "integer") return schema.type === "object" ? "an object" : "text";
  const most = schema.maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${grouped(schema.maximum)}`;
  return `whole number from ${grouped(schema.minimum)}${most}`;
}

const grouped = (value: Json | undefined) =>
  typeof value === "number" ? value.toLocaleString("en-US") : String(value);

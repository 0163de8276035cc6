import { expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { loadCatalog } from "../catalog/load.js";
import type { Provider } from "../catalog/provider.js";
import { knownProviders } from "../catalog/providers.js";
import { listModels } from "./list.js";
import { type Resolution, type RoutingParts, resolveAll, resolveModel } from "./resolve.js";
import type { ModelSettings } from "./settings.js";

const catalog = loadCatalog();
const day = catalog.generated;
const myHost: Provider = {
  id: "my-host",
  name: "My host",
  dialects: ["openai-chat"],
  baseUrl: "http://127.0.0.1:9000/v1",
  authentication: { type: "bearer" },
  environment: ["MY_HOST_KEY"],
  aggregator: false,
  keepsExtensions: false,
  source: "trunkline.yaml",
};

/** The built-in catalogue, with keys for these providers alone. */
function partsWith(keys: readonly string[], models: Readonly<Record<string, ModelSettings>> = {}): RoutingParts {
  return {
    catalog,
    providers: new Map([...knownProviders, myHost].map((row) => [row.id, row])),
    models: new Map(Object.entries(models)),
    usable: (provider) => keys.includes(provider.id),
  };
}

const ways = ({ endpoints }: Resolution) => endpoints.map((one) => `${one.provider.id}:${one.upstreamModel}`);

function errorOf(run: () => unknown): TrunklineError {
  try {
    run();
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const resolve = (name: string, keys: readonly string[], models?: Readonly<Record<string, ModelSettings>>) =>
  ways(resolveModel(partsWith(keys, models), name, day));

test("rule 1: an exact id means its configured endpoints, the maker's own host first", () => {
  expect(resolve("openai/gpt-4o", ["openai", "openrouter"])).toEqual(["openai:gpt-4o", "openrouter:openai/gpt-4o"]);
  expect(resolve("openai/gpt-4o", ["openrouter"])).toEqual(["openrouter:openai/gpt-4o"]);
  expect(resolve("openai/gpt-4o", ["openai"])).toEqual(["openai:gpt-4o"]);
});

test("rule 1: what is left out is named with its reason", () => {
  expect(resolveModel(partsWith(["openrouter"]), "openai/gpt-4o", day).leftOut).toEqual([
    { provider: "openai", model: "gpt-4o", reason: "no key is set" },
  ]);
});

test("rule 1: with no key at all the error names each variable and where to get a key", () => {
  const error = errorOf(() => resolve("openai/gpt-4o", []));
  expect(error.code).toBe("provider_not_configured");
  expect(error.status).toBe(404);
  expect(error.details.param).toBe("model");
  expect(error.sentence).toContain("OPENAI_API_KEY");
  expect(error.sentence).toContain("https://platform.openai.com/api-keys");
  expect(error.sentence).toContain("OPENROUTER_API_KEY");
  expect(error.sentence).toContain("https://openrouter.ai/settings/keys");
});

test("a provider that needs something else than a key says what", () => {
  expect(errorOf(() => resolve("local/smollm2-135m-instruct", [])).sentence).toContain("trunkline pull");
});

test("rule 2: a provider's name pins, and the rest may be its own model id or an `author/slug`", () => {
  const keys = ["openai", "groq", "openrouter"];
  expect(resolve("groq/llama-3.3-70b-versatile", keys)).toEqual(["groq:llama-3.3-70b-versatile"]);
  expect(resolve("openrouter/openai/gpt-4o", keys)).toEqual(["openrouter:openai/gpt-4o"]);
  expect(resolve("openrouter/gpt-4o", keys)).toEqual(["openrouter:openai/gpt-4o"]);
});

test("rule 2: what the catalogue doesn't know is sent on as it is, at an unknown price", () => {
  const found = resolveModel(partsWith(["openai", "my-host"]), "my-host/org/qwen:tag", day);
  expect(ways(found)).toEqual(["my-host:org/qwen:tag"]);
  expect(found.endpoints[0]).toMatchObject({
    model: "my-host/org/qwen:tag",
    price: undefined,
    windowTokens: undefined,
  });
  expect(resolve("openai/gpt-99-preview", ["openai"])).toEqual(["openai:gpt-99-preview"]);
});

test("rule 2: a pinned model of the catalogue keeps its facts", () => {
  const found = resolveModel(partsWith(["openrouter"]), "openrouter/openai/gpt-4o", day);
  expect(found.endpoints[0]).toMatchObject({
    model: "openai/gpt-4o",
    windowTokens: 128_000,
    maxOutputTokens: 16_384,
    price: { inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000 },
  });
});

test("rule 2: a provider without its key is an error that names the variable", () => {
  expect(errorOf(() => resolve("my-host/qwen", [])).sentence).toContain("MY_HOST_KEY");
  expect(errorOf(() => resolve("openai/gpt-99-preview", [])).sentence).toContain("OPENAI_API_KEY");
});

test("rule 3: a bare well-known name means the catalogue's model", () => {
  expect(resolve("gpt-4o", ["openai", "openrouter"])).toEqual(["openai:gpt-4o", "openrouter:openai/gpt-4o"]);
});

test("rule 4: any other name is a 404 with at most three near ones", () => {
  const error = errorOf(() => resolve("gtp-4o", ["openai"]));
  expect(error.code).toBe("model_not_found");
  expect(error.message).toBe("gtp-4o is not a valid model ID.");
  expect(error.details.whatToDo).toMatch(/^Did you mean openai\/gpt-4o\?/);
  expect(errorOf(() => resolve("gpt-4o-min", [])).details.whatToDo).toMatch(/^Did you mean \S+, \S+, \S+\?/);
});

test.each(["", "/", "a/", "/b", "nobody/nothing", "x".repeat(100_000), "../../etc/passwd", "__proto__"])(
  "a name that means nothing is an unknown model, never a fault: %.30j",
  (name) => {
    expect(errorOf(() => resolve(name, ["openai", "my-host"])).code).toBe("model_not_found");
  },
);

test("with only OPENROUTER_API_KEY every model that OpenRouter serves is reached through it", () => {
  const parts = partsWith(["openrouter"]);
  const served = catalog.models.filter((model) => model.endpoints.some((one) => one.provider === "openrouter"));
  expect(served.length).toBeGreaterThan(200);
  for (const model of served) {
    for (const name of [model.id, ...model.aliases.filter((alias) => catalog.find(alias) === model)])
      expect(resolveModel(parts, name, day).endpoints.map((one) => one.provider.id)).toEqual(["openrouter"]);
  }
});

test("an aggregator takes a model that the catalogue doesn't know yet, if it knows the author", () => {
  expect(resolve("openai/gpt-99", ["openrouter"])).toEqual(["openrouter:openai/gpt-99"]);
  expect(resolve("deepseek/deepseek-v99", ["openrouter"])).toEqual(["openrouter:deepseek/deepseek-v99"]);
  expect(errorOf(() => resolve("nobody/gpt-99", ["openrouter"])).code).toBe("model_not_found");
});

const fast = { try: ["groq/llama-3.3-70b-versatile", "openai/gpt-4o-mini"] };

test("an own name means the models under `try`, in order", () => {
  expect(resolve("fast", ["openai", "groq"], { fast })).toEqual(["groq:llama-3.3-70b-versatile", "openai:gpt-4o-mini"]);
});

test("an own name leaves out what is not set up, and says why", () => {
  const found = resolveModel(partsWith(["openai"], { fast }), "fast", day);
  expect(ways(found)).toEqual(["openai:gpt-4o-mini"]);
  expect(found.leftOut[0]?.model).toBe("groq/llama-3.3-70b-versatile");
});

test("an own name of which nothing is set up gives the first one's error", () => {
  expect(errorOf(() => resolve("fast", [], { fast })).sentence).toContain("GROQ_API_KEY");
});

test("an own name wins over the catalogue's", () => {
  expect(resolve("gpt-4o", ["groq"], { "gpt-4o": fast })).toEqual(["groq:llama-3.3-70b-versatile"]);
});

test("own names may refer to own names, but not without end", () => {
  const nested = { a: { try: ["b"] }, b: { try: ["c"] }, c: { try: ["gpt-4o"] }, d: { try: ["a"] } };
  expect(resolve("a", ["openai"], nested)).toEqual(["openai:gpt-4o"]);
  expect(errorOf(() => resolve("d", ["openai"], nested)).code).toBe("invalid_request");
  expect(errorOf(() => resolve("loop", ["openai"], { loop: { try: ["loop"] } })).message).toContain("more than 3 deep");
});

test("names that refer to each other end in bounded time", () => {
  const others = Array.from({ length: 20 }, (_, index) => `n${index}`);
  const web = Object.fromEntries(others.map((name) => [name, { try: others }]));
  const beganMs = performance.now();
  errorOf(() => resolve("n0", ["openai"], web));
  expect(performance.now() - beganMs).toBeLessThan(500);
});

test("the owner's facts of a model win over the catalogue's", () => {
  const price = { inputPicoUsd: 1, outputPicoUsd: 2 };
  const own = { "my-host/qwen": { windowTokens: 32_768, price }, "openai/gpt-4o": { maxOutputTokens: 7 } };
  const parts = partsWith(["my-host", "openai"], own);
  expect(resolveModel(parts, "my-host/qwen", day).endpoints[0]).toMatchObject({ windowTokens: 32_768, price });
  expect(resolveModel(parts, "gpt-4o", day).endpoints[0]).toMatchObject({ maxOutputTokens: 7, windowTokens: 128_000 });
});

test("several names are one plan, and those that lead nowhere are left out with their reason", () => {
  const found = resolveAll(partsWith(["openai"]), ["no-such-model-at-all", "gpt-4o", "gpt-4o-mini"], day);
  expect(ways(found)).toEqual(["openai:gpt-4o", "openai:gpt-4o-mini"]);
  expect(found.leftOut[0]).toEqual({
    provider: "",
    model: "no-such-model-at-all",
    reason: "no-such-model-at-all is not a valid model ID.",
  });
});

test("the list names each model's providers in their order, set up or missing", () => {
  const row = listModels(partsWith(["openrouter"]), day).find(({ model }) => model.id === "openai/gpt-4o");
  expect(row).toMatchObject({ servedBy: ["openrouter"], missing: ["openai"] });
});

test("the list begins with the owner's names, with the facts of what they lead to", () => {
  const [first, second] = listModels(partsWith(["openai"], { fast, broken: { try: ["nothing"] } }), day);
  expect(first).toMatchObject({ model: { id: "fast" }, servedBy: ["openai"] });
  expect(first?.model.windowTokens).toBe(catalog.find("openai/gpt-4o-mini")?.windowTokens);
  expect(second).toMatchObject({ model: { id: "broken", endpoints: [] }, servedBy: [] });
});

test("what the list says would serve a model is what a request for it is planned with", () => {
  const parts = partsWith(["openai", "openrouter", "groq"]);
  for (const { model, servedBy } of listModels(parts, day)) {
    if (servedBy.length === 0) expect(() => resolveModel(parts, model.id, day)).toThrow();
    else expect(resolveModel(parts, model.id, day).endpoints.map((one) => one.provider.id)).toEqual(servedBy);
  }
});

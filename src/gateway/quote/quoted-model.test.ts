import { describe, expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { loadCatalog } from "../../catalog/load.js";
import { knownProviders } from "../../catalog/providers.js";
import type { ModelSettings } from "../../routing/settings.js";
import { quotedModel } from "./quoted-model.js";

function parts(keys: readonly string[] = [], models: readonly (readonly [string, ModelSettings])[] = []) {
  return {
    catalog: loadCatalog(),
    providers: new Map(knownProviders.map((row) => [row.id, row])),
    models: new Map(models),
    usable: ({ id, authentication }: { id: string; authentication: { type: string } }) =>
      keys.includes(id) || authentication.type === "none",
  };
}
const day = "2026-11-24";

describe("a model", () => {
  test("that is set up has the endpoints of its plan and nothing to be said", () => {
    const found = quotedModel(parts(["openai"]), "gpt-4o", day);
    expect(found).toMatchObject({ asked: "gpt-4o", model: "openai/gpt-4o", isSetUp: true, notes: [] });
    expect(found.endpoints.map(({ provider }) => provider.id)).toEqual(["openai"]);
  });

  test("that nobody serves yet has those that could", () => {
    const found = quotedModel(parts(), "gpt-4o", day);
    expect(found.isSetUp).toBe(false);
    expect(found.endpoints.map(({ provider }) => provider.id)).toEqual(["openai", "openrouter"]);
  });

  test("of the owner's may be named like an encoding", () => {
    const own = parts([], [["o200k_base", { try: ["simulator/echo"] }]]);
    expect(quotedModel(own, "o200k_base", day).model).toBe("simulator/echo");
    expect(quotedModel(parts(), "o200k_base", day)).toMatchObject({ model: "gpt-4o", endpoints: [] });
  });

  test("that a provider with a key serves and the catalogue does not know is sent on, with a note", () => {
    const found = quotedModel(parts(["openai"]), "openai/gpt-4o-next", day);
    expect(found).toMatchObject({ isSetUp: true, endpoints: [{ upstreamModel: "gpt-4o-next", price: undefined }] });
    expect(found.notes).toMatchObject([expect.stringContaining("does not know openai/gpt-4o-next")]);
  });

  test.each(["opnai/gpt4o", "openai/gtp-4o", "nobody/nothing"])("that is a slip of the pen (%s) is refused", (name) => {
    const error: unknown = (() => {
      try {
        return quotedModel(parts(), name, day);
      } catch (cause) {
        return cause;
      }
    })();
    expect(TrunklineError.is(error) && error.code).toBe("model_not_found");
    expect(TrunklineError.is(error) && error.message).toBe(`${name} is not a valid model ID.`);
  });

  test("whose family is known by its name is counted, with the nearest names", () => {
    expect(quotedModel(parts(), "claude-sonet-4.5", day)).toMatchObject({
      model: "claude-sonet-4.5",
      endpoints: [],
      notes: [expect.stringMatching(/Did you mean anthropic\/claude-sonnet-4\.5/)],
    });
  });
});

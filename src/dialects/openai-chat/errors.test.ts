import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { writeError, writeStreamError } from "./errors.js";

const error = new TrunklineError("upstream_overloaded", "Acme is overloaded.", {
  whatToDo: "Try again.",
  provider: "acme",
  providerCode: "busy",
  attempts: [{ provider: "acme", model: "tiny", status: 503, code: "upstream_overloaded" }],
});
const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => undefined,
};

test("OpenAI's clients read a string code", () => {
  const { status, body } = writeError(error, "gen-1-abc", "openai");
  expect(status).toBe(503);
  expect(JSON.parse(body)).toEqual({
    error: {
      message: "Acme is overloaded. Try again.",
      type: "server_error",
      code: "upstream_overloaded",
      param: null,
      metadata: {
        error_type: "provider_overloaded",
        provider: "acme",
        provider_code: "busy",
        attempts: [{ provider: "acme", model: "tiny", code: "upstream_overloaded", status: 503 }],
        what_to_do: "Try again.",
        generation_id: "gen-1-abc",
      },
    },
  });
});

test("OpenRouter's clients read a whole number, and nothing is null", () => {
  const { body } = writeError(error, undefined, "openrouter");
  expect(JSON.parse(body).error).toMatchObject({
    code: 503,
    type: "upstream_overloaded",
    metadata: { error_type: "provider_overloaded", provider_name: "acme" },
  });
  expect(body).not.toContain("null");
});

test.each(["openai", "openrouter"] as const)("an error in a stream ends it, in the profile of %s", (profile) => {
  const text = writeStreamError(error, served, profile);
  const [frame, end] = text.split("\n\n");
  expect(end).toBe("data: [DONE]");
  expect(JSON.parse(frame?.slice(6) ?? "")).toMatchObject({
    id: "gen-1-abc",
    provider: "Acme",
    error: { code: profile === "openai" ? "upstream_overloaded" : 503 },
    choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
  });
  expect(() => writeStreamError(error, undefined, profile)).not.toThrow();
});

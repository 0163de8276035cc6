import fc from "fast-check";
import { expect, test } from "vitest";
import type { Provider } from "../catalog/provider.js";
import {
  checkFit,
  endpointsToCompressFor,
  type FitQuestion,
  fitsByBytes,
  type InputCount,
  roomForInput,
  verdictOn,
} from "./fit.js";
import type { PlannedEndpoint } from "./resolve.js";
import { tooLong } from "./too-long.js";

const provider: Provider = {
  id: "acme",
  name: "Acme",
  dialects: ["openai-chat"],
  baseUrl: "https://api.acme.example/v1",
  authentication: { type: "none" },
  environment: [],
  aggregator: false,
  keepsExtensions: false,
  source: "https://acme.example",
};

function endpoint(name: string, windowTokens: number | undefined, maxOutputTokens?: number): PlannedEndpoint {
  const model = `acme/${name}`;
  return { provider, upstreamModel: name, model, price: undefined, windowTokens, maxOutputTokens, reasons: false };
}

const exact = (tokens: number): InputCount => ({ tokens, atMost: tokens, method: "exact", errorPercent: 0 });
const estimated = (tokens: number, errorPercent: number): InputCount => ({
  tokens,
  atMost: Math.ceil((tokens * (100 + errorPercent)) / 100),
  method: "estimated",
  errorPercent,
});
const ask = (count: InputCount, askedOutput?: number): FitQuestion => ({ countFor: () => count, askedOutput });
const names = (endpoints: readonly PlannedEndpoint[]) => endpoints.map(({ upstreamModel }) => upstreamModel);

test("input and the output asked for must fit the window together, to the token", () => {
  const small = endpoint("small", 8_192);
  expect(verdictOn(small, exact(7_192), 1_000)).toEqual({ fits: "yes" });
  expect(verdictOn(small, exact(7_193), 1_000)).toEqual({ fits: "no", over: "window" });
});

test("without an output limit there must be room for one token of answer", () => {
  const small = endpoint("small", 8_192, 4_096);
  expect(verdictOn(small, exact(8_191), undefined).fits).toBe("yes");
  expect(verdictOn(small, exact(8_192), undefined)).toEqual({ fits: "no", over: "window" });
});

test("more output than the model ever gives does not fit, however large the window", () => {
  const model = endpoint("m", 128_000, 4_096);
  expect(verdictOn(model, exact(10), 4_096).fits).toBe("yes");
  expect(verdictOn(model, exact(10), 4_097)).toEqual({ fits: "no", over: "output" });
});

test("where the catalogue doesn't know a limit, nothing is refused for it", () => {
  expect(verdictOn(endpoint("new", undefined), exact(9_000_000), 9_000_000).fits).toBe("yes");
  expect(verdictOn(endpoint("new", undefined, 100), exact(9_000_000), 101)).toEqual({ fits: "no", over: "output" });
});

test("an estimate whose range holds the limit is in doubt, and is sent", () => {
  const model = endpoint("m", 1_000);
  expect(verdictOn(model, estimated(900, 10), 10).fits).toBe("yes");
  expect(verdictOn(model, estimated(950, 10), 10).fits).toBe("in-doubt");
  expect(verdictOn(model, estimated(1_100, 10), 10).fits).toBe("in-doubt");
  expect(verdictOn(model, estimated(1_102, 10), 10).fits).toBe("no");
  expect(checkFit([model], ask(estimated(950, 10), 10))).toEqual({ endpoints: [model], inDoubt: [model], leftOut: [] });
});

test("of several models those that fit stay in their order, and the others are left out with the numbers", () => {
  const plan = [
    endpoint("small", 8_192),
    endpoint("large", 200_000),
    endpoint("middle", 32_000),
    endpoint("mute", 200_000, 100),
  ];
  const { endpoints, inDoubt, leftOut } = checkFit(plan, ask(exact(31_000), 500));
  expect(names(endpoints)).toEqual(["large", "middle"]);
  expect(inDoubt).toEqual([]);
  expect(leftOut).toEqual([
    {
      provider: provider.id,
      model: "small",
      reason: "its window of 8192 tokens is too small for 31000 tokens of input and 500 of output asked for",
    },
    { provider: provider.id, model: "mute", reason: "it answers with at most 100 tokens, and 500 are asked for" },
  ]);
});

test("each model is held to its own count", () => {
  const plan = [endpoint("a", 1_000), endpoint("b", 1_000)];
  const countFor = ({ upstreamModel }: PlannedEndpoint) => exact(upstreamModel === "a" ? 1_200 : 900);
  expect(names(checkFit(plan, { countFor, askedOutput: 50 }).endpoints)).toEqual(["b"]);
});

test("too long is refused in OpenAI's words, with what to cut and what else would help", () => {
  const error = tooLong([endpoint("m", 8_192)], ask(exact(8_000), 500));
  expect(error).toMatchObject({ code: "context_length_exceeded", status: 400, details: { param: "messages" } });
  expect(error.message).toBe(
    "This model's maximum context length is 8192 tokens. However, you requested 8500 tokens (8000 in the messages, " +
      "500 in the completion). Please reduce the length of the messages or completion: 308 tokens are too many.",
  );
  expect(error.details.whatToDo).toBe(
    "Cut at least 308 tokens of input, lower max_tokens to 192, name a model with a larger window under `models`, " +
      'or ask for `transforms: ["middle-out"]`, which leaves out the middle.',
  );
});

test("a client that cannot ask for less is not told to", () => {
  const error = tooLong([endpoint("m", 8_192)], { ...ask(exact(8_000), 500), canShorten: false });
  expect(error.details.whatToDo).toBe(
    "Cut at least 308 tokens of input, lower max_tokens to 192, or name a model with a larger window under `models`.",
  );
});

test("too long without an output limit names the messages alone", () => {
  const error = tooLong([endpoint("m", 8_192)], ask(exact(8_192)));
  expect(error.message).toBe(
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8192 tokens. " +
      "Please reduce the length of the messages: 1 token is too many.",
  );
  expect(error.details.whatToDo).not.toContain("max_tokens");
});

test("an estimate is called one, and a dialect's own field names are used", () => {
  const fields = { input: "input", output: "max_output_tokens" };
  const error = tooLong([endpoint("m", 1_000)], { ...ask(estimated(2_000, 8), 10), fields });
  expect(error.message).toContain("(2000 in the input, 10 in the completion)");
  expect(error.message).toContain("The input is estimated, ± 8 %.");
  expect(error.details).toMatchObject({ param: "input" });
  // No output limit would make it fit.
  expect(error.details.whatToDo).not.toContain("max_output_tokens");
});

test("of several windows that are too small, the largest is the one that is spoken of", () => {
  const plan = [endpoint("a", 8_192), endpoint("c", 32_000), endpoint("b", 16_000)];
  expect(tooLong(plan, ask(exact(50_000), 100)).message).toContain("context length is 32000 tokens");
});

test("an output limit that no model has is refused as what it is: a shorter prompt would not help", () => {
  const plan = [endpoint("a", 8_192), endpoint("b", 128_000, 4_096), endpoint("c", 128_000, 16_384)];
  const error = tooLong(plan, ask(exact(9_000), 32_000));
  expect(error).toMatchObject({ code: "invalid_request", details: { param: "max_tokens" } });
  expect(error.message).toBe(
    "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
  );
  expect(error.details.whatToDo).toContain("Lower max_tokens to 16384");
});

test("the output limit that is proposed leaves room for the input", () => {
  const error = tooLong([endpoint("m", 10_000, 4_096)], ask(estimated(5_000, 10), 5_000));
  expect(error.message).toContain("supports at most 4096 completion tokens");
  expect(error.details.whatToDo).toContain("Lower max_tokens to 4096");
  const tight = tooLong([endpoint("m", 10_000, 4_096)], ask(exact(9_000), 5_000));
  expect(tight).toMatchObject({ code: "context_length_exceeded" });
});

test("by bytes it fits only where every endpoint has room for a token per byte", () => {
  const plan = [endpoint("a", 8_192, 4_096), endpoint("b", undefined), endpoint("c", 2_000)];
  expect(fitsByBytes(1_500, 500, plan)).toBe(true);
  expect(fitsByBytes(1_501, 500, plan)).toBe(false);
  expect(fitsByBytes(10, 5_000, plan)).toBe(false);
  expect(fitsByBytes(1_999, undefined, plan)).toBe(true);
  expect(fitsByBytes(2_000, undefined, plan)).toBe(false);
});

const tokens = fc.integer({ min: 0, max: 2_000_000 });
const counts = fc.tuple(tokens, fc.integer({ min: 0, max: 40 })).map(([n, percent]) => estimated(n, percent));
const limit = fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined });
const plans = fc
  .array(fc.tuple(limit, limit), { minLength: 1, maxLength: 5 })
  .map((limits) => limits.map(([window, output], index) => endpoint(`m${index}`, window, output)));

test("every endpoint is sent to or left out, and where none fits there is an error that says how to mend it", () => {
  fc.assert(
    fc.property(plans, counts, limit, (plan, count, asked) => {
      const question = ask(count, asked);
      const { endpoints, leftOut } = checkFit(plan, question);
      expect([...names(endpoints), ...leftOut.map(({ model }) => model)].sort()).toEqual(names(plan).sort());
      if (endpoints.length > 0) return;
      const { code, message, details } = tooLong(plan, question);
      const shown = details.whatToDo ?? "";
      const cut = Number(/^Cut at least (\d+) token/.exec(shown)?.[1] ?? 0);
      const also = Number(/and lower max_tokens to (\d+)/.exec(shown)?.[1] ?? Number.POSITIVE_INFINITY);
      const lower = /(?:, l|^L)ower max_tokens to (\d+)/.exec(shown)?.[1];
      const fits = (input: InputCount, output: number | undefined) =>
        checkFit(plan, ask(input, output)).endpoints.length > 0;
      if (cut > 0 && cut <= count.tokens)
        expect(fits(exact(count.tokens - cut), asked && Math.min(asked, also))).toBe(true);
      if (lower !== undefined) expect(fits(count, Number(lower))).toBe(true);
      expect(cut > 0 || lower !== undefined).toBe(true);
      expect(code === "context_length_exceeded").toBe(message.includes("maximum context length is"));
    }),
    { numRuns: 300 },
  );
});

test("what fits by bytes fits however few tokens the bytes turn out to be", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(plans, fc.integer({ min: 0, max: 100_000 }), share, limit, (plan, bytes, part, asked) => {
      const fits = fitsByBytes(bytes, asked, plan);
      const counted = checkFit(plan, ask(exact(Math.floor(bytes * part)), asked));
      if (fits) expect(counted).toMatchObject({ inDoubt: [], leftOut: [] });
    }),
  );
});

test("a prompt that will lose its middle goes where at least half of it fits, else to the largest window", () => {
  const plan = [endpoint("a", 4_000), endpoint("b", 5_000), endpoint("c", undefined), endpoint("d", 9_000, 100)];
  expect(names(endpointsToCompressFor(plan, ask(exact(9_500), 500)))).toEqual(["b", "c"]);
  expect(names(endpointsToCompressFor(plan.slice(0, 2), ask(exact(90_000), 500)))).toEqual(["b"]);
  expect(endpointsToCompressFor([endpoint("d", 9_000, 100)], ask(exact(90_000), 500))).toEqual([]);
});

test("the room for input is the window less the answer", () => {
  expect(roomForInput(endpoint("m", 8_000, 4_000), 1_000)).toBe(7_000);
  expect(roomForInput(endpoint("m", 8_000, 4_000), undefined)).toBe(6_000);
  expect(roomForInput(endpoint("m", 8_000, 500), undefined)).toBe(7_500);
  expect(roomForInput(endpoint("m", 8_000), 9_000)).toBe(0);
  expect(roomForInput(endpoint("m", undefined), 1_000)).toBeUndefined();
});

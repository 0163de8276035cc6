// How long the answer is likely to be, and how long it can be. Nobody knows before the call: a documented guess, and a bound.
import type { Request } from "../../canonical/request.js";
import type { InputCount } from "../../routing/fit.js";
import type { PlannedEndpoint } from "../../routing/resolve.js";

/** All answers together, in tokens. */
export interface ExpectedOutput {
  readonly likely: number;
  /** The limit: the one that the request asks for, else the model's, else what the window leaves. */
  readonly most: number;
  /** Where `likely` comes from, as words. */
  readonly because: string;
}

/** Some 375 words: a page. */
export const usualAnswer = 500;
/** With the thinking before it, which providers bill as output. */
export const usualReasonedAnswer = 2_000;
/** Where neither the request, nor the catalogue, nor the window bounds it. */
const unboundedAnswer = 4_096;

export function expectedOutput(
  endpoint: PlannedEndpoint | undefined,
  input: InputCount,
  asked: Pick<Request, "maxOutputTokens" | "choices" | "reasoning">,
  said: number | undefined,
): ExpectedOutput {
  const choices = asked.choices ?? 1;
  const own = endpoint?.maxOutputTokens ?? roomIn(endpoint, input) ?? unboundedAnswer;
  const limit = Math.min(asked.maxOutputTokens ?? own, own);
  if (said !== undefined) return { likely: said, most: Math.max(said, limit * choices), because: "as given" };
  const reasons = thinks(endpoint, asked.reasoning);
  const usual = reasons ? usualReasonedAnswer : usualAnswer;
  const guess = reasons ? "the usual guess for a model that thinks first" : "the usual guess";
  return {
    likely: Math.min(usual, limit) * choices,
    most: limit * choices,
    because: limit <= usual ? "the limit" : guess,
  };
}

function roomIn(endpoint: PlannedEndpoint | undefined, input: InputCount): number | undefined {
  if (endpoint?.windowTokens === undefined) return undefined;
  return Math.max(1, endpoint.windowTokens - input.tokens);
}

/** Asked for; or the model's way, and not turned off. */
function thinks(endpoint: PlannedEndpoint | undefined, reasoning: Request["reasoning"]): boolean {
  if (reasoning === undefined) return endpoint?.reasons === true;
  return reasoning.enabled !== false && reasoning.effort !== "none";
}

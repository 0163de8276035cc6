// Which model a quote is for. As the plan has it; but a model without a key still has its tokens, its window and its price.
import { TrunklineError } from "../../canonical/error.js";
import { type PlannedEndpoint, type RoutingParts, resolveModel } from "../../routing/resolve.js";
import { familyOf } from "../../tokens/estimate/family-of.js";
import { encodingFor } from "../../tokens/request/model-encoding.js";

export interface QuotedModel {
  /** As it was asked for. */
  readonly asked: string;
  /** As it is counted: `author/slug` where the catalogue knows it. */
  readonly model: string;
  /** Those that would serve it; where none is set up, those that could. Empty where nobody knows who serves it. */
  readonly endpoints: readonly PlannedEndpoint[];
  readonly isSetUp: boolean;
  /** What the reader should know, as sentences. */
  readonly notes: readonly string[];
}

/** A model that reads the encoding, so that its name alone can be counted with. */
const readers: ReadonlyMap<string, string> = new Map([
  ["o200k_base", "gpt-4o"],
  ["o200k_harmony", "gpt-oss-120b"],
  ["cl100k_base", "gpt-4"],
  ["p50k_base", "text-davinci-003"],
  ["r50k_base", "davinci"],
]);

/**
 * The name of a model, of the owner's own, or of one of OpenAI's encodings.
 * @param day YYYY-MM-DD, UTC: the price of that day counts.
 * @throws TrunklineError `model_not_found` with the nearest names, where not even the family is known by its name
 */
export function quotedModel(parts: RoutingParts, asked: string, day: string): QuotedModel {
  const reader = parts.models.has(asked) ? undefined : readers.get(asked);
  if (reader !== undefined) return { asked, model: reader, endpoints: [], isSetUp: false, notes: [] };
  try {
    return fromEndpoints(parts, asked, resolveModel(parts, asked, day).endpoints, true);
  } catch (error) {
    if (!TrunklineError.is(error)) throw error;
    const possible = error.code === "provider_not_configured" ? withoutKeys(parts, asked, day) : [];
    if (possible.length > 0) return fromEndpoints(parts, asked, possible, false);
    const refusal = error.code === "provider_not_configured" ? unknown(parts, asked) : error;
    if (refusal.code !== "model_not_found" || knownFamily(asked) === undefined) throw refusal;
    return { asked, model: asked, endpoints: [], isSetUp: false, notes: [unknownNote(parts, asked)] };
  }
}

/** Undefined where the name does not say how the model reads: the author alone, before a slip of the pen, says nothing. */
function knownFamily(name: string): string | undefined {
  const family = familyOf(name.slice(name.lastIndexOf("/") + 1));
  // OpenAI's encodings are published: a name of theirs without one (`gpt4o`) is a slip, too.
  return encodingFor(name) ?? (family === "unknown" || family === "openai" ? undefined : family);
}

/** The endpoints that would serve it if every provider had a key; only what the catalogue or the owner knows. */
function withoutKeys(parts: RoutingParts, asked: string, day: string): readonly PlannedEndpoint[] {
  try {
    return resolveModel({ ...parts, usable: () => true }, asked, day).endpoints.filter(isKnown);
  } catch (error) {
    if (TrunklineError.is(error)) return [];
    throw error;
  }
}

const isKnown = ({ price, windowTokens }: PlannedEndpoint) => price !== undefined || windowTokens !== undefined;

function fromEndpoints(
  parts: RoutingParts,
  asked: string,
  endpoints: readonly PlannedEndpoint[],
  isSetUp: boolean,
): QuotedModel {
  const notes: string[] = [];
  if (!endpoints.some(isKnown)) notes.push(unknownNote(parts, asked));
  return { asked, model: endpoints[0]?.model ?? asked, endpoints, isSetUp, notes };
}

function unknown(parts: RoutingParts, asked: string): TrunklineError {
  return new TrunklineError("model_not_found", `${asked} is not a valid model ID.`, {
    param: "model",
    whatToDo: `${didYouMean(parts, asked)}\`trunkline models --all\` lists the names.`,
  });
}

function unknownNote(parts: RoutingParts, asked: string): string {
  const how = `as ${knownFamily(asked) ?? familyOf(asked)}`;
  return `The catalogue does not know ${asked}: it is counted ${how}, and its window and price are unknown. ${didYouMean(parts, asked)}`.trimEnd();
}

function didYouMean(parts: RoutingParts, asked: string): string {
  const nearest = parts.catalog.nearest(asked, 3);
  return nearest.length === 0 ? "" : `Did you mean ${nearest.join(", ")}? `;
}

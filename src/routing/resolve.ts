// Step 3: which endpoints does a name mean? Own names, then the catalogue, then the prefix of a provider, else the nearest names.
import { TrunklineError } from "../canonical/error.js";
import type { Catalog } from "../catalog/catalog.js";
import type { CatalogModel, DatedPrice, ModelEndpoint } from "../catalog/model.js";
import type { Provider } from "../catalog/provider.js";
import type { ModelSettings } from "./settings.js";
import { applyVariant, splitVariant } from "./variants.js";

/** One place that a request may be sent to. */
export interface PlannedEndpoint {
  readonly provider: Provider;
  /** The provider's own model name. */
  readonly upstreamModel: string;
  /** `author/slug` where the catalogue knows it, else as the client pinned it. */
  readonly model: string;
  readonly price: DatedPrice | undefined;
  readonly windowTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly reasons: boolean;
}

/** An endpoint that was left out, and why. */
export interface LeftOut {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
}

export interface Resolution {
  readonly endpoints: readonly PlannedEndpoint[];
  readonly leftOut: readonly LeftOut[];
}

export interface RoutingParts {
  readonly catalog: Catalog;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly models: ReadonlyMap<string, ModelSettings>;
  /** True where the provider can be called: it has a credential, or needs none. */
  readonly usable: (provider: Provider) => boolean;
}

const mostNested = 3;

/** @param day YYYY-MM-DD, UTC: the price of that day counts. */
export function resolveModel(parts: RoutingParts, name: string, day: string, depth = 0): Resolution {
  const own = parts.models.get(name);
  if (own?.try !== undefined) {
    if (depth >= mostNested) {
      throw new TrunklineError(
        "invalid_request",
        `The name "${name}" refers to other names more than ${mostNested} deep.`,
        {
          whatToDo: "List provider/model names under `try` in trunkline.yaml.",
        },
      );
    }
    return resolveAll(parts, own.try, day, depth + 1);
  }
  const model = parts.catalog.find(name);
  if (model !== undefined) return fromCatalog(parts, model, day);
  const varied = splitVariant(name);
  const base = varied === undefined ? undefined : parts.catalog.find(varied.base);
  if (varied !== undefined && base !== undefined) {
    const { endpoints, leftOut } = fromCatalog(parts, base, day);
    return { endpoints: applyVariant(varied.variant, base.id, endpoints), leftOut };
  }
  const slash = name.indexOf("/");
  const provider = slash > 0 ? parts.providers.get(name.slice(0, slash)) : undefined;
  const rest = name.slice(slash + 1);
  if (provider !== undefined && rest !== "") {
    if (parts.usable(provider)) return { endpoints: [pinned(parts, provider, rest, name, day)], leftOut: [] };
    const aggregator = aggregatorOf(parts);
    if (aggregator === undefined) throw notConfigured(name, [provider]);
  }
  const aggregator = slash > 0 && rest !== "" ? aggregatorOf(parts) : undefined;
  if (aggregator !== undefined && parts.catalog.hasAuthor(name.slice(0, slash))) {
    return { endpoints: [pinned(parts, aggregator, name, name, day)], leftOut: [] };
  }
  throw unknownModel(parts, name);
}

/** Several names in order. Names that lead nowhere are left out with their reason; none left: the first one's error. */
export function resolveAll(parts: RoutingParts, names: readonly string[], day: string, depth = 0): Resolution {
  const endpoints: PlannedEndpoint[] = [];
  const leftOut: LeftOut[] = [];
  let firstError: unknown;
  for (const name of names) {
    try {
      const found = resolveModel(parts, name, day, depth);
      endpoints.push(...found.endpoints);
      leftOut.push(...found.leftOut);
    } catch (error) {
      if (!TrunklineError.is(error)) throw error;
      firstError ??= error;
      leftOut.push({ provider: "", model: name, reason: error.message });
    }
  }
  if (endpoints.length === 0) throw firstError;
  return { endpoints, leftOut };
}

function aggregatorOf(parts: RoutingParts): Provider | undefined {
  for (const provider of parts.providers.values()) if (provider.aggregator && parts.usable(provider)) return provider;
  return undefined;
}

function fromCatalog(parts: RoutingParts, model: CatalogModel, day: string): Resolution {
  const endpoints: PlannedEndpoint[] = [];
  const leftOut: LeftOut[] = [];
  const missing: Provider[] = [];
  for (const endpoint of model.endpoints) {
    const provider = parts.providers.get(endpoint.provider);
    if (provider === undefined) continue;
    if (parts.usable(provider)) endpoints.push(planned(parts, provider, model, endpoint, day));
    else {
      missing.push(provider);
      leftOut.push({ provider: provider.id, model: endpoint.model, reason: "no key is set" });
    }
  }
  if (endpoints.length === 0) throw notConfigured(model.id, missing);
  return { endpoints, leftOut };
}

function planned(
  parts: RoutingParts,
  provider: Provider,
  model: CatalogModel,
  endpoint: ModelEndpoint,
  day: string,
): PlannedEndpoint {
  const own = parts.models.get(`${provider.id}/${endpoint.model}`) ?? parts.models.get(model.id);
  return {
    provider,
    upstreamModel: endpoint.model,
    model: model.id,
    price: own?.price ?? parts.catalog.priceOn(endpoint, day),
    windowTokens: own?.windowTokens ?? endpoint.windowTokens ?? model.windowTokens,
    maxOutputTokens: own?.maxOutputTokens ?? endpoint.maxOutputTokens ?? model.maxOutputTokens,
    reasons: model.reasoning,
  };
}

/** A provider's own model id, or an `author/slug` that it serves; what the catalogue doesn't know is sent on as it is. */
function pinned(parts: RoutingParts, provider: Provider, rest: string, name: string, day: string): PlannedEndpoint {
  const known = parts.catalog.findAt(provider.id, rest);
  if (known !== undefined) return planned(parts, provider, known.model, known.endpoint, day);
  const own = parts.models.get(name);
  return {
    provider,
    upstreamModel: rest,
    model: name,
    price: own?.price,
    windowTokens: own?.windowTokens,
    maxOutputTokens: own?.maxOutputTokens,
    reasons: false,
  };
}

function notConfigured(name: string, providers: readonly Provider[]): TrunklineError {
  return new TrunklineError("provider_not_configured", `No provider that serves "${name}" is set up.`, {
    param: "model",
    whatToDo: `To use it, ${providers.map(wayToSetUp).join(", or ")}; then start Trunkline again.`,
  });
}

function wayToSetUp(provider: Provider): string {
  if (provider.setUp !== undefined) return provider.setUp;
  const variables = provider.environment.join(" or ");
  if (variables === "") return `give "${provider.id}" an apiKey in trunkline.yaml`;
  const where = provider.keyUrl === undefined ? "" : ` (a key for ${provider.name}: ${provider.keyUrl})`;
  return `set ${variables} in the environment or in .env${where}`;
}

function unknownModel(parts: RoutingParts, name: string): TrunklineError {
  const nearest = parts.catalog.nearest(name, 3);
  return new TrunklineError("model_not_found", `${name} is not a valid model ID.`, {
    param: "model",
    whatToDo:
      nearest.length === 0
        ? "`trunkline models` lists the names."
        : `Did you mean ${nearest.join(", ")}? \`trunkline models\` lists all names.`,
  });
}

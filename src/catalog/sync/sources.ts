// The public catalogues that a sync reads: where each is, under which licence, and how its text becomes facts.
import type { Json } from "../../canonical/json.js";
import type { Provider } from "../provider.js";
import { knownProviders } from "../providers.js";
import type { ProviderIds, Reading } from "./facts.js";
import { readGenaiPrices } from "./read-genai-prices.js";
import { readModelsDev } from "./read-models-dev.js";
import { readOpenRouter } from "./read-openrouter.js";
import { isPartOfList, readOwnList } from "./read-own-list.js";

export interface CatalogSource {
  readonly name: string;
  readonly url: string;
  readonly licence: string;
  readonly standing: "own" | "catalogue";
  /** The provider all of whose models it lists. */
  readonly wholeListOf?: string;
  /** Whether the text is a part of a longer list. */
  readonly isPart?: (document: Json | undefined) => boolean;
  read(document: Json | undefined): Reading;
}

/** Hosts of their own models; OpenRouter has a source of its own, and local models are in no catalogue. */
const hosts: ProviderIds = new Set(
  knownProviders.filter((row) => !row.aggregator && row.authentication.type !== "none").map((row) => row.id),
);

export const publicSources: readonly CatalogSource[] = [
  {
    name: "openrouter",
    url: "https://openrouter.ai/api/v1/models",
    licence: "facts only",
    standing: "own",
    wholeListOf: "openrouter",
    read: readOpenRouter,
  },
  {
    name: "models.dev",
    url: "https://models.dev/api.json",
    licence: "MIT",
    standing: "catalogue",
    read: (document) => readModelsDev(document, hosts),
  },
  {
    name: "genai-prices",
    url: "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
    licence: "MIT",
    standing: "catalogue",
    read: (document) => readGenaiPrices(document, hosts),
  },
];

/** Where a provider's list is, seen from its base URL, if not at `models`. */
const listPaths: ReadonlyMap<string, string> = new Map([
  ["anthropic", "models?limit=1000"],
  ["google", "models?pageSize=1000"],
  // The OpenAI-compatible part of Cohere's API has no list. https://docs.cohere.com/reference/list-models
  ["cohere", "../../v1/models?page_size=1000"],
]);

/** A provider's own list of its models. Asking for it needs the provider's key. */
export function ownList(provider: Provider): CatalogSource {
  return {
    name: provider.id,
    url: new URL(listPaths.get(provider.id) ?? "models", `${provider.baseUrl}/`).href,
    licence: "facts only",
    standing: "own",
    wholeListOf: provider.id,
    isPart: isPartOfList,
    read: (document) => readOwnList(document, provider.id),
  };
}

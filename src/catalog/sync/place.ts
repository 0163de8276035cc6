// Which model of the catalogue a source's name means: an endpoint that is known, a known model elsewhere, or a new one.
import type { CatalogModel, ModelEndpoint } from "../model.js";

/** The author whose models a provider makes itself: new ones of it get this prefix. */
const authorOfProvider: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["google", "google"],
  ["mistral", "mistralai"],
  ["cohere", "cohere"],
  ["deepseek", "deepseek"],
  ["xai", "x-ai"],
  ["moonshotai", "moonshotai"],
  ["perplexity", "perplexity"],
]);

/** Authors who write a version with a hyphen where ids have a point: claude-sonnet-4-5, anthropic/claude-sonnet-4.5. */
const hyphenVersions: ReadonlySet<string> = new Set(["anthropic"]);

/** The provider that lists ids instead of names. */
const idLister = "openrouter";

export interface KnownEndpoint {
  readonly model: CatalogModel;
  readonly endpoint: ModelEndpoint;
}

export interface Places {
  /** The endpoint that a provider's name means, by that name itself, by other names of the same thing, or by an alias. */
  find(provider: string, name: string, otherNames: readonly string[]): KnownEndpoint | undefined;
  /** The endpoint of exactly this name. */
  at(provider: string, name: string): KnownEndpoint | undefined;
  model(id: string): CatalogModel | undefined;
  /** True where the name already means something. */
  isTaken(name: string): boolean;
  isAlias(name: string): boolean;
  /** The id that a new model of this name gets; undefined where its author is not known. */
  newId(provider: string, name: string): string | undefined;
}

export function placesIn(models: readonly CatalogModel[]): Places {
  const endpoints = new Map<string, KnownEndpoint>();
  const ids = new Map<string, CatalogModel>();
  const aliases = new Map<string, CatalogModel>();
  const authors = new Set(authorOfProvider.values());
  for (const model of models) {
    ids.set(model.id, model);
    authors.add(authorIn(model.id));
    for (const alias of model.aliases) aliases.set(alias, model);
    for (const endpoint of model.endpoints)
      endpoints.set(placeKey(endpoint.provider, endpoint.model), { model, endpoint });
  }
  const at = (provider: string, name: string) => endpoints.get(placeKey(provider, name));
  const byAlias = (provider: string, name: string): KnownEndpoint | undefined => {
    // A moving name may point elsewhere by now.
    const model = /[-:]latest$/.test(name) ? undefined : aliases.get(name);
    const endpoint = model?.endpoints.find((one) => one.provider === provider);
    return model && endpoint && { model, endpoint };
  };
  return {
    at,
    find(provider, name, otherNames) {
      const exact = at(provider, name);
      if (exact !== undefined) return exact;
      for (const other of otherNames) {
        const found = at(provider, other);
        if (found !== undefined) return found;
      }
      return [name, ...otherNames].map((one) => byAlias(provider, one)).find((found) => found !== undefined);
    },
    model: (id) => ids.get(id),
    isTaken: (name) => ids.has(name) || aliases.has(name),
    isAlias: (name) => aliases.has(name) && !ids.has(name),
    newId(provider, name) {
      const id = idOf(provider, name);
      if (id === undefined || !/^~?[\w.-]+\/[\w.:@-]+$/.test(id)) return undefined;
      return provider !== idLister && !authors.has(authorIn(id)) ? undefined : id;
    },
  };
}

/** No provider's id has a blank in it. */
export function placeKey(provider: string, name: string): string {
  return `${provider} ${name}`;
}

/** The name that a dated one (`claude-opus-4-5-20251101`, `gpt-4o-2024-08-06`) is a snapshot of; undefined without a date. */
export function undatedName(name: string): string | undefined {
  const found = name.replace(/-(20\d{6}|20\d\d-\d\d-\d\d)$/, "");
  return found === name ? undefined : found;
}

/** Names under which a new model can be asked for beside its id: the maker's own name and the id's last part. */
export function aliasesFor(id: string, provider: string, name: string): readonly string[] {
  const [author = "", slug = ""] = id.split("/");
  // Moving names, variants and the lister's own routers have their id alone.
  if (id.startsWith("~") || id.includes(":") || author === idLister) return [];
  const own = authorOfProvider.get(provider) === author ? [name, `${author}/${name}`] : [];
  const spelled = hyphenVersions.has(author)
    ? [slug.replaceAll(".", "-"), `${author}/${slug.replaceAll(".", "-")}`]
    : [];
  return [...new Set([...own, slug, ...spelled])].filter((alias) => alias !== id);
}

/** The maker's own host first, the lister of everybody's models last. */
export function withEndpoint(
  modelId: string,
  endpoints: readonly ModelEndpoint[],
  added: ModelEndpoint,
): readonly ModelEndpoint[] {
  const rank = ({ provider }: ModelEndpoint) =>
    authorOfProvider.get(provider) === authorIn(modelId) ? 0 : provider === idLister ? 2 : 1;
  return [...endpoints, added].sort((a, b) => rank(a) - rank(b));
}

function idOf(provider: string, name: string): string | undefined {
  if (name.includes("/")) return name;
  const author = authorOfProvider.get(provider);
  if (author === undefined) return undefined;
  const slug = hyphenVersions.has(author) ? name.replace(/-(\d{1,2})-(\d{1,2})$/, "-$1.$2") : name;
  return `${author}/${slug}`;
}

const authorIn = (id: string) => id.replace(/^~/, "").split("/", 1)[0] ?? "";

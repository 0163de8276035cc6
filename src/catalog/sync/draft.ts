// The catalogue in the making: models are added, grown and changed in it one by one, then written down in order.
import type { CatalogFile, CatalogModel, ModelEndpoint } from "../model.js";
import type { Said } from "./decide.js";
import type { Change, EndpointName, SourceFacts, Vanished } from "./difference.js";
import { known, type ModelFact, modalityOrder } from "./facts.js";
import { aliasesFor, placesIn, withEndpoint } from "./place.js";

export interface Draft {
  has(model: string): boolean;
  /** Adds an endpoint without facts, and its model where that is new; `kind` says what goes in and out of it. */
  add(name: EndpointName, kind: Said | undefined): "model" | "endpoint";
  replace(name: EndpointName, endpoint: ModelEndpoint): void;
  /** False where there is no such model, or the name means something already. */
  alias(model: string, alias: string): boolean;
  /** Adds kinds of input and output that the model was not known to take; none is taken away. */
  grow(model: string, fact: ModelFact, source: string): readonly Change[];
  remove(gone: Vanished): Change;
  /** As they are now, in order of their ids. */
  models(): readonly CatalogModel[];
  file(sources: readonly SourceFacts[], day: string): CatalogFile;
}

export function createDraft(old: CatalogFile): Draft {
  const places = placesIn(old.models);
  const models = new Map(old.models.map((model) => [model.id, model]));
  const newNames = new Set<string>();
  const touched = new Set<string>();
  const put = (model: CatalogModel) => {
    models.set(model.id, model);
    touched.add(model.id);
  };
  const change = (id: string, with_: (model: CatalogModel) => CatalogModel) => {
    const model = models.get(id);
    if (model !== undefined) put(with_(model));
  };
  const written = () => {
    const ids = new Set(models.keys());
    return [...models.values()]
      .map((model) => (touched.has(model.id) ? finished(model, newNames, ids) : model))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const freeNames = (names: readonly string[]) => names.filter((name) => !places.isTaken(name) && !newNames.has(name));

  return {
    has: (model) => models.has(model),
    add(name, kind) {
      const isNew = !models.has(name.model);
      if (isNew) {
        const aliases = freeNames(aliasesFor(name.model, name.provider, name.name));
        for (const alias of [name.model, ...aliases]) newNames.add(alias);
        put(newModel(old, name, kind?.fact, aliases));
      }
      const endpoint: ModelEndpoint = { provider: name.provider, model: name.name, prices: [] };
      change(name.model, (model) => ({ ...model, endpoints: withEndpoint(model.id, model.endpoints, endpoint) }));
      return isNew ? "model" : "endpoint";
    },
    replace(name, endpoint) {
      const isIt = (one: ModelEndpoint) => one.provider === name.provider && one.model === name.name;
      change(name.model, (model) => ({
        ...model,
        endpoints: model.endpoints.map((one) => (isIt(one) ? endpoint : one)),
      }));
    },
    alias(id, alias) {
      if (!models.has(id) || freeNames([alias]).length === 0) return false;
      newNames.add(alias);
      change(id, (model) => ({ ...model, aliases: [...model.aliases, alias].sort() }));
      return true;
    },
    grow(id, { input = [], output = [] }, source) {
      const model = models.get(id);
      if (model === undefined) return [];
      const added = [
        ...input.filter((one) => !model.input.includes(one)).map((one) => `${one} in`),
        ...output.filter((one) => !model.output.includes(one)).map((one) => `${one} out`),
      ];
      if (added.length === 0) return [];
      put({
        ...model,
        input: modalityOrder.filter((one) => model.input.includes(one) || input.includes(one)),
        output: modalityOrder.filter((one) => model.output.includes(one) || output.includes(one)),
      });
      return [{ kind: "modalities", model: id, source, added }];
    },
    remove({ source: _, ...gone }) {
      change(gone.model, (model) => ({
        ...model,
        endpoints: model.endpoints.filter((one) => one.provider !== gone.provider || one.model !== gone.name),
      }));
      if (models.get(gone.model)?.endpoints.length === 0) models.delete(gone.model);
      return { kind: "removed", ...gone };
    },
    models: written,
    file(sources, day) {
      const names = new Set(sources.map(({ source }) => source));
      const priced = sources.some(({ facts }) => facts.some(({ prices }) => prices !== undefined));
      return {
        schema: 1,
        generated: priced ? day : old.generated,
        sources: [
          ...old.sources.filter(({ name }) => !names.has(name)),
          ...sources.map(({ source, licence, url }) => ({ name: source, version: day, licence, url })),
        ],
        models: written(),
      };
    },
  };
}

function newModel(
  old: CatalogFile,
  { model: id, name }: EndpointName,
  fact: ModelFact | undefined,
  aliases: readonly string[],
): CatalogModel {
  const title = fact?.name ?? name;
  return {
    id,
    name: title.includes(": ") ? title : authorTitle(old, id) + title,
    aliases: [...aliases].sort(),
    input: fact?.input ?? ["text"],
    output: fact?.output ?? ["text"],
    reasoning: fact?.reasoning ?? false,
    tools: fact?.tools ?? false,
    endpoints: [],
  };
}

/** `OpenAI: `, as another model of the same author has it; empty where none has. */
function authorTitle({ models }: CatalogFile, id: string): string {
  const author = id.slice(0, id.indexOf("/") + 1);
  const sibling = models.find((model) => model.id.startsWith(author) && model.name.includes(": "));
  return sibling === undefined ? "" : sibling.name.slice(0, sibling.name.indexOf(": ") + 2);
}

/** A model's limits are the largest of its endpoints; a name that became another model's id is no alias. */
function finished(model: CatalogModel, newNames: ReadonlySet<string>, ids: ReadonlySet<string>): CatalogModel {
  const { id, name, aliases, windowTokens: _, maxOutputTokens: __, ...rest } = model;
  const largest = (key: "windowTokens" | "maxOutputTokens") =>
    Math.max(0, ...model.endpoints.map((one) => one[key] ?? 0)) || undefined;
  return {
    id,
    name,
    aliases: aliases.filter((alias) => !newNames.has(alias) || !ids.has(alias)),
    ...known({ windowTokens: largest("windowTokens"), maxOutputTokens: largest("maxOutputTokens") }),
    ...rest,
  };
}

// Reads the generated catalogue from disk, once, when it is first asked for; and gives way to a newer one that was synced.
import { readFileSync } from "node:fs";
import { builtInModels } from "./built-in.js";
import { type Catalog, createCatalog } from "./catalog.js";
import type { CatalogFile } from "./model.js";

let file: CatalogFile | undefined;
let loaded: Catalog | undefined;

/**
 * The catalogue in use: the synced one, unless the one in `data/models.json` beside this file is newer.
 * Without a synced one it is the same object at every call.
 */
export function loadCatalog(synced?: CatalogFile): Catalog {
  if (synced !== undefined && isNewer(synced)) return withBuiltIn(synced);
  loaded ??= withBuiltIn(packagedCatalog());
  return loaded;
}

/** Whether a synced catalogue is used in place of the one in the package. One of the same day was made from that. */
export function isNewer(synced: CatalogFile): boolean {
  return synced.generated >= packagedCatalog().generated;
}

/** The catalogue in the package, without the built-in models. */
export function packagedCatalog(): CatalogFile {
  file ??= readCatalogFile(new URL("./data/models.json", import.meta.url));
  return file;
}

function withBuiltIn(catalog: CatalogFile): Catalog {
  return createCatalog({ ...catalog, models: [...builtInModels, ...catalog.models] });
}

function readCatalogFile(path: URL): CatalogFile {
  const content: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isCatalogFile(content)) throw new Error(`${path.pathname} is no catalogue of schema 1`);
  return content;
}

/**
 * The boundary where JSON becomes a CatalogFile. Shallow on purpose: our own generator wrote and checked the file,
 * and checking each row again would cost every start of the program.
 */
function isCatalogFile(value: unknown): value is CatalogFile {
  if (typeof value !== "object" || value === null) return false;
  return "schema" in value && value.schema === 1 && "models" in value && Array.isArray(value.models);
}

// Reads the generated catalogue from disk, once, when it is first asked for.
import { readFileSync } from "node:fs";
import { builtInModels } from "./built-in.js";
import { type Catalog, createCatalog } from "./catalog.js";
import type { CatalogFile } from "./model.js";

let loaded: Catalog | undefined;

/** The catalogue in `data/models.json` beside this file; the same object at every call. */
export function loadCatalog(): Catalog {
  if (loaded === undefined) {
    const file = readCatalogFile(new URL("./data/models.json", import.meta.url));
    loaded = createCatalog({ ...file, models: [...builtInModels, ...file.models] });
  }
  return loaded;
}

function readCatalogFile(file: URL): CatalogFile {
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isCatalogFile(content)) throw new Error(`${file.pathname} is no catalogue of schema 1`);
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

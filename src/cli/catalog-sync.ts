// `trunkline catalog sync`: asks the sources, shows what would change, and writes it once the owner agrees.
import { createInterface } from "node:readline";
import { createCatalog } from "../catalog/catalog.js";
import type { Merged } from "../catalog/sync/difference.js";
import { merge } from "../catalog/sync/merge.js";
import type { MergeOptions } from "../catalog/sync/merge-options.js";
import { type CatalogSource, ownList, publicSources } from "../catalog/sync/sources.js";
import type { Settings } from "../config/settings.js";
import { createCredentialRing } from "../credentials/ring.js";
import { authenticate } from "../credentials/sign/authenticate.js";
import { dayOf } from "../gateway/plan.js";
import { writeSynced } from "../store/catalog/synced.js";
import { differenceText, refusedModels } from "./catalog-difference.js";
import { type Fetched, fetchSource, type SourceRequest } from "./catalog-fetch.js";
import { baseForSync } from "./catalog-in-use.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { UsageError } from "./fail.js";
import { interruptible } from "./interruptible.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, printable } from "./terminal.js";

export interface SyncFlags extends FolderFlags {
  readonly source?: readonly string[];
  readonly accept?: readonly string[];
  readonly remove?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  /** Seconds for each source. */
  readonly timeout: number;
}

/** @param sources in place of the public ones, for tests. */
export async function catalogSync(
  io: Io,
  flags: SyncFlags,
  sources: readonly CatalogSource[] = publicSources,
): Promise<ExitCode> {
  const settings = settingsFor(io, flags);
  const asks = flags.yes !== true && flags.dryRun !== true;
  if (asks && (io.stdin.isTTY !== true || flags.json === true))
    throw new UsageError("There is nobody to ask here: add --yes to write what the sources say, or --dry-run to look.");
  const requests = chosen(requestsFor(settings, sources), flags.source);
  const base = baseForSync(settings.dataDir, (sentence) => io.stderr.write(`${sentence}\n`));
  const day = dayOf(Date.now());
  if (day < base.catalog.generated)
    throw new UsageError(
      `The catalogue is of ${base.catalog.generated}, and this machine's clock says ${day}. Set the clock first.`,
    );
  const find = createCatalog(base.catalog).find;
  const options: MergeOptions = {
    day,
    accept: namesIn(flags.accept, "--accept", find, requests),
    remove: namesIn(flags.remove, "--remove", find, []),
    previous: base.record,
  };
  return interruptible(io, async (signal) => {
    if (flags.json !== true) io.stderr.write(`Asking ${requests.map(({ source }) => source.name).join(", ")} …\n`);
    const limits = { timeoutMs: flags.timeout * 1_000, signal };
    const fetched = await Promise.all(requests.map((request) => fetchSource(request, limits)));
    tellFaults(io, fetched);
    const facts = fetched.flatMap((one) => (one.ok ? [one.facts] : []));
    let merged = merge(base.catalog, facts, options);
    const document = (written: boolean) =>
      flags.json === true &&
      io.stdout.write(jsonText(documentOf(fetched, merged, base.catalog.generated, day, written)));
    if (facts.length === 0) {
      document(false);
      io.stderr.write("No source could be read. The catalogue stays as it is.\n");
      return exitCodes.upstream;
    }
    if (flags.json !== true) io.stdout.write(differenceText(merged, Math.max(io.stdout.columns ?? 0, 120)));
    if (flags.dryRun === true) {
      document(false);
      io.stderr.write("Nothing was written (--dry-run).\n");
      return exitCodes.ok;
    }
    if (asks) {
      const question = merged.refused.length > 0 ? "Take what was held back as well?" : undefined;
      if (merged.changes.length > 0 && !(await agrees(io, "Write these changes?", signal))) {
        io.stderr.write("Nothing was written.\n");
        return exitCodes.ok;
      }
      if (question !== undefined && (await agrees(io, question, signal)))
        merged = merge(base.catalog, facts, {
          ...options,
          accept: new Set([...(options.accept ?? []), ...refusedModels(merged.refused)]),
        });
    }
    signal.throwIfAborted();
    writeSynced(settings.dataDir, { catalog: merged.next, record: merged.record });
    document(true);
    const count = merged.changes.length;
    const what =
      count === 0 ? "Nothing has changed" : count === 1 ? "1 change is written" : `${count} changes are written`;
    io.stderr.write(
      `${what}: the catalogue is of ${merged.next.generated} now. A running gateway takes it at its next start.\n`,
    );
    return exitCodes.ok;
  });
}

/** The public sources, then the own list of each provider that the catalogue knows and that has a key. */
function requestsFor(settings: Settings, sources: readonly CatalogSource[]): readonly SourceRequest[] {
  const ring = createCredentialRing(settings.secrets);
  const own = [...settings.providers.values()].flatMap((provider): SourceRequest[] => {
    const credential = ring.pick(provider, 0);
    const isKnown = provider.source !== "trunkline.yaml" && /^https?:/.test(provider.baseUrl);
    if (credential === undefined || !isKnown || sources.some(({ name }) => name === provider.id)) return [];
    const version = provider.dialects[0] === "anthropic-messages" ? { "anthropic-version": "2023-06-01" } : {};
    return [
      { source: ownList(provider), headers: { ...version, ...authenticate(provider.authentication, credential) } },
    ];
  });
  return [...sources.map((source) => ({ source, headers: {} })), ...own];
}

function chosen(requests: readonly SourceRequest[], names: readonly string[] | undefined): readonly SourceRequest[] {
  if (names === undefined) return requests;
  const known = requests.map(({ source }) => source.name);
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new UsageError(
      `There is no source ${strange}: there are ${known.join(", ")}. A provider's own list needs its key.`,
    );
  return requests.filter(({ source }) => names.includes(source.name));
}

function namesIn(
  names: readonly string[] | undefined,
  flag: string,
  find: (name: string) => { readonly id: string } | undefined,
  requests: readonly SourceRequest[],
): ReadonlySet<string> {
  return new Set(
    (names ?? []).map((name) => {
      const found = find(name)?.id ?? requests.find(({ source }) => source.name === name)?.source.name;
      if (found === undefined) throw new UsageError(`${flag}: the catalogue has no model ${name}.`);
      return found;
    }),
  );
}

function tellFaults(io: Io, fetched: readonly Fetched[]): void {
  for (const one of fetched) {
    if (!one.ok) io.stderr.write(`${one.source.name}: ${line(one.sentence)}\n`);
    else if (one.reading.unreadableCount > 0)
      io.stderr.write(
        `${one.facts.source}: ${one.reading.unreadableCount} rows make no sense and are left out, such as ${line(one.reading.unreadable[0] ?? "")}\n`,
      );
  }
}

/** A source's own words, on one line. */
const line = (text: string) => printable(text).replace(/\s+/g, " ");

function documentOf(fetched: readonly Fetched[], merged: Merged, from: string, day: string, written: boolean) {
  const { changes, refused, shrunk, conflicts, vanished, unplaced } = merged;
  const sources = fetched.map((one) =>
    one.ok
      ? {
          name: one.facts.source,
          url: one.facts.url,
          ok: true,
          models: one.facts.facts.length,
          unreadable: one.reading.unreadable,
        }
      : { name: one.source.name, url: one.source.url, ok: false, error: line(one.sentence) },
  );
  return { version: 1, from, day, written, sources, changes, refused, shrunk, conflicts, vanished, unplaced };
}

/** False for anything but yes, for the end of the input too. */
async function agrees(io: Io, question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      lines.question(`${question} [y/N] `, { signal }, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
      // On a terminal the reader of lines swallows Ctrl-C.
      lines.once("SIGINT", () => process.emit("SIGINT"));
      lines.once("close", () => resolve(false));
      signal.addEventListener("abort", () => reject(new Error("The question was interrupted.")), { once: true });
    });
  } finally {
    lines.close();
  }
}

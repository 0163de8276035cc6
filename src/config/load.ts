// Reads trunkline.yaml and the environment, and joins them with the built-in rows. Every mistake is named with its place.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { defaultCapacity } from "../admission/capacity.js";
import { hashKey } from "../admission/keys.js";
import type { ProviderOptions } from "../catalog/options.js";
import type { Authentication, Provider } from "../catalog/provider.js";
import { knownProviders } from "../catalog/providers.js";
import type { ModelSettings } from "../routing/settings.js";
import { defaultBodyBytes, defaultDrainMs } from "../server/options.js";
import { defaultSlotLimits } from "../upstream/local/slots.js";
import type { TimeoutSettings } from "../upstream/timeouts.js";
import { type Environment, readEnvironment, variable } from "./environment.js";
import { keysAt } from "./keys.js";
import { ConfigError, describeIssues, parseYaml } from "./problem.js";
import { type ConfigFile, configSchema } from "./schema.js";
import type { Settings } from "./settings.js";

export interface LoadOptions {
  readonly workingDirectory: string;
  readonly environment: Environment;
  /** Named by the user: must exist. Else `trunkline.yaml` in the working directory, if there. */
  readonly configFile?: string | undefined;
  readonly listen?: string | undefined;
  readonly dataDir?: string | undefined;
}

export const defaultListen = "127.0.0.1:4100";

/** @throws ConfigError with a line per problem. */
export function loadSettings(options: LoadOptions): Settings {
  const environment = readEnvironment(options.workingDirectory, options.environment);
  const file = findFile(options, environment);
  const config = file === undefined ? {} : readFile(file);
  const rows = joinProviders(config.providers ?? {}, environment, file ?? "trunkline.yaml");
  const fromEnvironment = variable(environment, "TRUNKLINE_KEYS");
  const models = new Map<string, ModelSettings>();
  const modelTimeouts = new Map<string, TimeoutSettings>();
  for (const [name, { timeoutMs, price, tokenizer, ...rest }] of Object.entries(config.models ?? {})) {
    models.set(
      name,
      dropUndefined({
        ...rest,
        price: price === undefined ? undefined : priceOf(price),
        tokenizer: tokenizer === undefined ? undefined : resolve(dirname(file ?? "."), tokenizer),
      }),
    );
    if (timeoutMs !== undefined) modelTimeouts.set(name, timeoutMs);
  }
  const { bodyBytes, ...capacity } = config.limits ?? {};
  return {
    listen: options.listen ?? variable(environment, "TRUNKLINE_LISTEN") ?? config.listen ?? defaultListen,
    dataDir: resolve(options.workingDirectory, options.dataDir ?? config.data ?? defaultDataDir(environment)),
    keyHashes: [...(config.keys ?? []).map((key) => expand(key, environment, file)), ...splitList(fromEnvironment)].map(
      hashKey,
    ),
    hosts: config.hosts ?? [],
    ...rows,
    models,
    modelTimeouts,
    timeouts: config.timeoutMs ?? {},
    capacity: { ...defaultCapacity, ...dropUndefined(capacity) },
    local: { ...defaultSlotLimits, ...dropUndefined(config.local ?? {}) },
    bodyBytes: bodyBytes ?? defaultBodyBytes,
    drainMs: config.drainMs ?? defaultDrainMs,
    file,
  };
}

/** `TRUNKLINE_DATA`, else the XDG data folder, else `~/.local/share/trunkline`. */
export function defaultDataDir(environment: Environment): string {
  const own = variable(environment, "TRUNKLINE_DATA");
  if (own !== undefined) return own;
  const xdg = variable(environment, "XDG_DATA_HOME");
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".local", "share"), "trunkline");
}

function findFile(options: LoadOptions, environment: Environment): string | undefined {
  const named = options.configFile ?? variable(environment, "TRUNKLINE_CONFIG");
  if (named !== undefined) {
    const file = resolve(options.workingDirectory, named);
    if (!existsSync(file)) throw new ConfigError(`${file}: there is no such file. \`trunkline init\` writes one.`);
    return file;
  }
  const usual = join(options.workingDirectory, "trunkline.yaml");
  return existsSync(usual) ? usual : undefined;
}

function readFile(file: string): ConfigFile {
  const yaml = parseYaml(readFileSync(file, "utf8"), file);
  const checked = configSchema.safeParse(yaml.value);
  if (checked.success) return checked.data;
  throw new ConfigError(describeIssues(checked.error.issues, yaml, file, keysAt));
}

function joinProviders(options: Readonly<Record<string, ProviderOptions>>, environment: Environment, file: string) {
  const providers = new Map<string, Provider>(knownProviders.map((row) => [row.id, row]));
  const secrets = new Map<string, readonly string[]>();
  for (const [id, own] of Object.entries(options)) {
    const known = providers.get(id);
    const { variables, values } = readApiKeys(own.apiKey, environment);
    if (known === undefined && (own.baseUrl === undefined || own.dialect === undefined)) {
      throw new ConfigError(
        `${file}: "providers.${id}" is not a provider that Trunkline knows: give it a dialect and a baseUrl.`,
      );
    }
    const base: Provider = known ?? blankRow(id, own.apiKey !== undefined);
    providers.set(id, {
      ...base,
      name: own.name ?? base.name,
      dialects: own.dialect === undefined ? base.dialects : [own.dialect].flat(),
      baseUrl: (own.baseUrl ?? base.baseUrl).replace(/\/+$/, ""),
      environment: own.apiKey === undefined ? base.environment : variables,
      authentication: own.authentication === undefined ? base.authentication : authenticationOf(own.authentication),
    });
    if (values.length > 0) secrets.set(id, values);
  }
  for (const row of providers.values()) {
    if (secrets.has(row.id)) continue;
    const name = row.environment.find((candidate) => variable(environment, candidate) !== undefined);
    const secret = name === undefined ? undefined : variable(environment, name);
    if (secret !== undefined) secrets.set(row.id, splitList(secret));
  }
  return { providers, secrets };
}

function blankRow(id: string, hasKey: boolean): Provider {
  return {
    id,
    name: id,
    dialects: [],
    baseUrl: "",
    authentication: { type: hasKey ? "bearer" : "none" },
    environment: [],
    aggregator: false,
    keepsExtensions: false,
    source: "trunkline.yaml",
  };
}

function authenticationOf(option: NonNullable<ProviderOptions["authentication"]>): Authentication {
  return typeof option === "string" ? { type: option } : { type: "header", name: option.header.toLowerCase() };
}

/** `"${NAME}"` is looked up now and named later, when the provider is asked for and the variable is not set. */
function readApiKeys(apiKey: ProviderOptions["apiKey"], environment: Environment) {
  const variables: string[] = [];
  const values: string[] = [];
  for (const entry of apiKey === undefined ? [] : [apiKey].flat()) {
    const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(entry)?.[1];
    if (name === undefined) values.push(entry);
    else {
      variables.push(name);
      const value = variable(environment, name);
      if (value !== undefined) values.push(value);
    }
  }
  return { variables, values };
}

function expand(text: string, environment: Environment, file: string | undefined): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = variable(environment, name);
    if (value === undefined)
      throw new ConfigError(`${file}: the variable ${name} is not set. Set it in the environment or in .env.`);
    return value;
  });
}

const splitList = (text: string | undefined) =>
  (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function priceOf(price: NonNullable<NonNullable<ConfigFile["models"]>[string]["price"]>) {
  return {
    inputPicoUsd: price.inputUsdPerMTok,
    outputPicoUsd: price.outputUsdPerMTok,
    ...(price.cacheReadUsdPerMTok === undefined ? {} : { cacheReadPicoUsd: price.cacheReadUsdPerMTok }),
    ...(price.cacheWriteUsdPerMTok === undefined ? {} : { cacheWritePicoUsd: price.cacheWriteUsdPerMTok }),
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Optional settings that were not given are left out, not set to undefined. */
function dropUndefined<T extends object>(value: T): Partial<Defined<T>> {
  const kept: Partial<Defined<T>> = {};
  for (const key in value) {
    const item = value[key];
    if (isDefined(item)) kept[key] = item;
  }
  return kept;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

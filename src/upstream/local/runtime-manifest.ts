// The runtime's package.json and lockfile name a native package for each platform. npm alone would fetch every one that
// fits (on Linux x64 five, 700 MB with CUDA): here the two files are cut down to the one this machine needs, integrity kept.
import { isObject, type Json, type JsonObject } from "../../canonical/json.js";

export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** False on Linux without glibc (Alpine). */
  readonly glibc: boolean;
}

const packageByPlatform: Readonly<Record<string, string>> = {
  "linux x64": "@node-llama-cpp/linux-x64",
  "linux arm64": "@node-llama-cpp/linux-arm64",
  "linux arm": "@node-llama-cpp/linux-armv7l",
  "linux riscv64": "@node-llama-cpp/linux-riscv64",
  "darwin arm64": "@node-llama-cpp/mac-arm64-metal",
  "darwin x64": "@node-llama-cpp/mac-x64",
  "win32 x64": "@node-llama-cpp/win-x64",
  "win32 arm64": "@node-llama-cpp/win-arm64",
};

/** The native package for a platform, or undefined where none is published. */
export function platformPackage(platform: Platform): string | undefined {
  if (platform.os === "linux" && !platform.glibc) return undefined;
  return packageByPlatform[`${platform.os} ${platform.cpu}`];
}

export interface RuntimeManifest {
  readonly manifest: JsonObject;
  readonly lockfile: JsonObject;
}

/** Keeps what every platform needs plus one native package. Throws where the lockfile doesn't hold that package. */
export function manifestFor(nativePackage: string, source: RuntimeManifest): RuntimeManifest {
  const packages = objectAt(source.lockfile, "packages");
  const native = packages[`node_modules/${nativePackage}`];
  const version = isObject(native) ? native.version : undefined;
  if (!isObject(native) || typeof version !== "string" || typeof native.integrity !== "string") {
    throw new Error(`The runtime's lockfile holds no ${nativePackage}.`);
  }
  const dependencies = { ...objectAt(source.manifest, "dependencies"), [nativePackage]: version };
  const kept: Record<string, Json> = { "": { ...objectAt(packages, ""), dependencies } };
  for (const [path, entry] of Object.entries(packages)) {
    if (path === "" || !isObject(entry) || entry.optional === true) continue;
    kept[path] = without(entry, "optionalDependencies");
  }
  kept[`node_modules/${nativePackage}`] = without(native, "optional");
  return {
    manifest: { ...source.manifest, dependencies },
    lockfile: { ...source.lockfile, packages: kept },
  };
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

function without(entry: JsonObject, key: string): JsonObject {
  const { [key]: _left, ...rest } = entry;
  return rest;
}

// Installs the native runtime (node-llama-cpp and one platform package) through npm, pinned by a lockfile of its own.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import { runProgram } from "./run-program.js";
import { manifestFor, type Platform, platformPackage } from "./runtime-manifest.js";

/** Installs into an empty folder with the lockfile that the package ships. Returns a sentence when it can't. */
export async function installRuntime(
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const native = platformPackage(thisPlatform());
  if (!native) return `No runtime is published for ${process.platform} ${process.arch} with this C library.`;
  const shipped = new URL("../../../runtime/", import.meta.url);
  const manifest = readObject(new URL("package.json", shipped));
  const lockfile = readObject(new URL("package-lock.json", shipped));
  const own = manifestFor(native, { manifest, lockfile });
  await writeFile(join(folder, "package.json"), JSON.stringify(own.manifest, null, 2));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(own.lockfile, null, 2));
  const args = ["ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const end = await runProgram({ command: "npm", args, cwd: folder, env, signal });
  if (end.kind === "absent") return "npm was not found; it comes with Node.js.";
  return end.kind === "failed" ? end.sentence : undefined;
}

function thisPlatform(): Platform {
  const report: unknown = process.platform === "linux" ? process.report.getReport() : undefined;
  const header = isObject(report) ? report.header : undefined;
  const glibc = isObject(header) && typeof header.glibcVersionRuntime === "string";
  return { os: process.platform, cpu: process.arch, glibc };
}

function readObject(url: URL): JsonObject {
  const value = parseJson(readFileSync(url, "utf8"));
  if (!isObject(value)) throw new Error(`${fileURLToPath(url)} is not a JSON object.`);
  return value;
}

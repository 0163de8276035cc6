// The shipped runtime manifest and lockfile, and how they are cut down to one platform.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import { manifestFor, platformPackage } from "./runtime-manifest.js";

function shipped(name: string): JsonObject {
  const value = parseJson(readFileSync(new URL(`../../../runtime/${name}`, import.meta.url), "utf8"));
  if (!isObject(value)) throw new Error(`${name} is not an object`);
  return value;
}
const source = { manifest: shipped("package.json"), lockfile: shipped("package-lock.json") };
const pathsOf = (lockfile: JsonObject) => Object.keys(isObject(lockfile.packages) ? lockfile.packages : {});

const platforms = [
  ["linux", "x64"],
  ["linux", "arm64"],
  ["linux", "arm"],
  ["linux", "riscv64"],
  ["darwin", "arm64"],
  ["darwin", "x64"],
  ["win32", "x64"],
  ["win32", "arm64"],
] as const;

test.each(platforms)("%s %s gets one native package with its integrity and none of the others", (os, cpu) => {
  const native = platformPackage({ os, cpu, glibc: true }) ?? "";
  const { manifest, lockfile } = manifestFor(native, source);
  expect(pathsOf(lockfile).filter((path) => path.includes("@node-llama-cpp/"))).toEqual([`node_modules/${native}`]);
  const packages = isObject(lockfile.packages) ? lockfile.packages : {};
  expect(packages[`node_modules/${native}`]).toMatchObject({ integrity: expect.stringMatching(/^sha512-/) });
  expect(packages[`node_modules/${native}`]).not.toHaveProperty("optional");
  expect(packages[""]).toMatchObject({ dependencies: manifest.dependencies });
});

test("a platform without a published package gets none", () => {
  expect(platformPackage({ os: "linux", cpu: "x64", glibc: false })).toBeUndefined();
  expect(platformPackage({ os: "freebsd", cpu: "x64", glibc: false })).toBeUndefined();
});

test("every package of the lockfile is pinned by integrity and names no registry", () => {
  const packages = isObject(source.lockfile.packages) ? source.lockfile.packages : {};
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== "") expect(entry, path).toMatchObject({ integrity: expect.stringMatching(/^sha512-/) });
    expect(entry, path).not.toHaveProperty("resolved");
  }
});

// Compiles src/ to dist/ and copies the generated data beside it. Called by `npm start`, `npm test` and `npm run bench`.
// A second call with nothing changed costs a few milliseconds: it compares a stamp of the sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stampFile = join(root, "dist", ".stamp");

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (!entry.name.endsWith(".test.ts")) yield path;
  }
}

function stamp() {
  const hash = createHash("sha256").update(process.version);
  for (const file of ["package-lock.json", "tsconfig.json", "tsconfig.build.json"])
    hash.update(readFileSync(join(root, file)));
  for (const file of [...filesUnder(join(root, "src"))].sort())
    hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest("hex");
}

const now = stamp();
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === now) process.exit(0);

// Built aside and put in place whole: a gateway that runs from dist/ must not meet half of one.
const dist = join(root, "dist");
const aside = join(root, ".cache", `dist-${process.pid}`);
const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
const bin = JSON.parse(readFileSync(tsc, "utf8")).bin.tsc;
const args = [join(dirname(tsc), bin), "-p", "tsconfig.build.json", "--outDir", aside];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
if (run.status !== 0) {
  rmSync(aside, { recursive: true, force: true });
  process.exit(run.status ?? 1);
}
for (const data of ["catalog/data", "tokens/data"])
  cpSync(join(root, "src", data), join(aside, data), { recursive: true });
chmodSync(join(aside, "cli/main.js"), 0o755);
writeFileSync(join(aside, ".stamp"), now);
rmSync(dist, { recursive: true, force: true });
renameSync(aside, dist);

// Compiles src/ to dist/ and copies the generated data beside it. Called by `npm start`, `npm test` and `npm run bench`.
// A second call with nothing changed costs a few milliseconds: it compares a stamp of the sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
const bin = JSON.parse(readFileSync(tsc, "utf8")).bin.tsc;
const run = spawnSync(process.execPath, [join(dirname(tsc), bin), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (run.status !== 0) process.exit(run.status ?? 1);
for (const data of ["src/catalog/data"])
  if (existsSync(join(root, data)))
    cpSync(join(root, data), join(root, data.replace(/^src/, "dist")), { recursive: true });
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(stampFile, now);

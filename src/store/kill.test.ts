// The promise that the journal is there for: a gateway killed at any moment loses no hold and no settling. Real processes.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recover } from "../ledger/recover.js";
import { openJournal } from "./journal/open.js";
import { claim } from "./ownership.js";
import { sqliteGenerations } from "./sqlite/generations.js";
import { openSqlite } from "./sqlite/open.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const compiled = join(root, ".cache", `kill-test-${process.pid}`);
const rounds = 6;

/** Holds, settles two of three, and writes down each only after it returned. The journal restarts every few milliseconds. */
const gateway = `
import { writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createLedger } from "./ledger/ledger.js";
import { killedGeneration, recover } from "./ledger/recover.js";
import { openJournal } from "./store/journal/open.js";
import { claim } from "./store/ownership.js";
import { sqliteGenerations } from "./store/sqlite/generations.js";
import { openSqlite } from "./store/sqlite/open.js";

const [folder, round] = process.argv.slice(2);
await claim(folder);
const store = sqliteGenerations(await openSqlite(join(folder, "trunkline.db")));
const journal = openJournal(folder);
recover({ store, journal });
const timers = { after(ms, run) { const timer = setTimeout(run, ms); return { cancel: () => clearTimeout(timer) }; } };
const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
const ledger = createLedger({ store, journal, timers, clock, maxJournalBytes: 32 * 1024 });
for (let n = 0; ; n += 1) {
  const hold = { id: "gen-" + round + "-" + n, createdMs: n, keyHash: undefined, modelAsked: "m", provider: "p",
    upstreamModel: "u", dialect: "openai-chat", streamed: true, holdNanoUsd: 1 };
  ledger.hold(hold);
  writeSync(1, "held " + hold.id + "\\n");
  if (n % 3 !== 0) {
    ledger.settle({ ...killedGeneration(hold), ending: "done", status: 200 });
    writeSync(1, "settled " + hold.id + "\\n");
  }
  if (n % 20 === 0) await setImmediate();
}
`;

beforeAll(() => {
  mkdirSync(compiled, { recursive: true });
  writeFileSync(
    join(compiled, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.build.json"),
      compilerOptions: { rootDir: join(root, "src"), outDir: compiled, declaration: false },
      files: ["ledger/ledger.ts", "ledger/recover.ts", "store/journal/open.ts", "store/ownership.ts"]
        .concat("store/sqlite/generations.ts", "store/sqlite/open.ts")
        .map((file) => join(root, "src", file)),
      include: [],
    }),
  );
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", compiled], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  writeFileSync(join(compiled, "gateway.js"), gateway);
}, 60_000);

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

function start(folder: string, round: number, notes: string): ChildProcess {
  const notesFd = openSync(notes, "a");
  return spawn(process.execPath, [join(compiled, "gateway.js"), folder, String(round)], {
    stdio: ["ignore", notesFd, "inherit"],
  });
}

function noted(notes: string, what: string): string[] {
  const lines = readFileSync(notes, "utf8").split("\n");
  return lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
}

it("loses no hold and no settling when the gateway is killed over and over", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-kill-"));
  const notes = join(folder, "notes");
  for (let round = 0; round < rounds; round += 1) {
    writeFileSync(notes, "", { flag: "a" });
    const child = start(folder, round, notes);
    const exit = once(child, "exit");
    while (!noted(notes, "held").some((id) => id.startsWith(`gen-${round}-`)) && child.exitCode === null)
      await setTimeout(5);
    // Uneven, so that the kill meets the loop, a flush, a restart of the journal or a checkpoint.
    await setTimeout(37 * (round + 1));
    child.kill("SIGKILL");
    await exit;
  }

  const owner = await claim(folder);
  const database = await openSqlite(join(folder, "trunkline.db"));
  const store = sqliteGenerations(database);
  const journal = openJournal(folder);
  recover({ store, journal });
  const held = noted(notes, "held");
  const settled = new Set(noted(notes, "settled"));
  expect(settled.size).toBeGreaterThan(rounds * 10);
  const lost = held.filter((id) => store.get(id) === undefined);
  const wrong = held.filter((id) => settled.has(id) && store.get(id)?.ending !== "done");
  const unsettled = held.filter((id) => Number(id.split("-")[2]) % 3 === 0);
  expect({ lost, wrong }).toEqual({ lost: [], wrong: [] });
  expect(unsettled.filter((id) => store.get(id)?.ending !== "gateway_killed")).toEqual([]);
  // At most one more than was noted, per round: killed between the act and the note.
  expect(store.list({ limit: held.length * 2 }).length - held.length).toBeLessThanOrEqual(rounds);
  expect(journal.damagedLines).toBe(0);
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  journal.close();
  store.close();
  await owner.release();
  rmSync(folder, { recursive: true });
}, 60_000);

// What a result needs to be read later: machine, versions, commit, command line.
import { spawnSync } from "node:child_process";
import { cpus, release } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function git(...args) {
  const said = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return said.status === 0 ? said.stdout.trim() : undefined;
}

export function describeMachine() {
  const changed = git("status", "--porcelain", "--", "src", "package-lock.json");
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git("rev-parse", "--short", "HEAD") ?? "unknown"}${changed ? " with local changes" : ""}`,
    node: process.version,
    cpu: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
    system: `Linux ${release()}`,
    command: ["node", `bench/${basename(process.argv[1])}`, ...process.argv.slice(2)].join(" "),
  };
}

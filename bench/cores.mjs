// Which core each process gets: the proxy under test always has one to itself, stub and load share when there are two.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return list.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** Core numbers for { load, proxy, stub }; every one undefined where nothing can be pinned. */
export function coreLayout() {
  const cores = allowedCores();
  if (cores.length < 2 || spawnSync("taskset", ["-V"]).error) return {};
  return { load: cores[0], proxy: cores[1], stub: cores[2] ?? cores[0] };
}

export function pinSelf(core) {
  if (core !== undefined) spawnSync("taskset", ["-a", "-c", "-p", String(core), String(process.pid)]);
}

export function pinned(core, command, args) {
  return core === undefined ? [command, args] : ["taskset", ["-c", String(core), command, ...args]];
}

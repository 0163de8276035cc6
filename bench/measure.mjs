// Measures every load on every target in alternating rounds and reduces the rounds to medians.
import { availableParallelism } from "node:os";
import { cpuSeconds, machineSeconds } from "./cpu.mjs";
import { runLoad } from "./load.mjs";
import { median, quantile } from "./stats.mjs";

const connections = 16;

/** Asks once and looks at the whole answer, so that a wrong one is not measured. */
async function probe(target, load) {
  const response = await fetch(`http://127.0.0.1:${target.port}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer bench" },
    body: load.body,
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const frames = text.split("\n").filter((line) => line.startsWith("data:")).length;
  if (response.status !== 200 || !text.includes('"total_tokens":180') || frames !== (load.frames ?? 0)) {
    throw new Error(
      `${target.name}, ${load.name}: wrong answer, ${response.status}, ${frames} frames: ${text.slice(0, 400)}`,
    );
  }
}

/** One run under full load for CPU time and throughput, then one on a single connection for latency. */
async function measureOnce(target, direct, load, seconds) {
  const now = () => ({ target: cpuSeconds(target.pid), stub: cpuSeconds(direct.pid), machine: machineSeconds() });
  const ownBefore = process.cpuUsage();
  const before = now();
  const full = await runLoad({ port: target.port, load, connections, seconds: seconds.full });
  const after = now();
  const own = process.cpuUsage(ownBefore);
  const ownSeconds = (own.user + own.system) / 1e6;
  const cpu = after.target - before.target;
  const ours = ownSeconds + after.stub - before.stub + (target === direct ? 0 : cpu);
  const others = Math.max(0, after.machine - before.machine - ours);
  const single = await runLoad({ port: target.port, load, connections: 1, seconds: seconds.single });
  return {
    requests: full.requests,
    cpuUs: (cpu / full.requests) * 1e6,
    loadCpuUs: (ownSeconds / full.requests) * 1e6,
    others: Math.min(1, others / (full.seconds * availableParallelism())),
    busy: cpu / full.seconds,
    perSecond: full.requests / full.seconds,
    p50Ms: quantile(single.total, 0.5),
    p99Ms: quantile(single.total, 0.99),
    firstMs: quantile(single.first, 0.5),
    loadedP50Ms: quantile(full.total, 0.5),
    loadedP99Ms: quantile(full.total, 0.99),
  };
}

function reduce(targets, rounds) {
  const over = (name, field) => median(rounds.map((round) => round[name][field]));
  const ratio = (name, base, field) => median(rounds.map((round) => round[name][field] / round[base][field]));
  const added = (name, field) => median(rounds.map((round) => round[name][field] - round.direct[field]));
  const hasNginx = targets.some((target) => target.name === "nginx");
  return targets.map(({ name }) => ({
    target: name,
    ...Object.fromEntries(Object.keys(rounds[0][name]).map((field) => [field, over(name, field)])),
    cpuToNginx: hasNginx && name !== "direct" ? ratio(name, "nginx", "cpuUs") : undefined,
    cpuToDirect: ratio(name, "direct", "cpuUs"),
    perSecondToNginx: hasNginx ? ratio(name, "nginx", "perSecond") : undefined,
    perSecondToDirect: ratio(name, "direct", "perSecond"),
    addedP50Ms: added(name, "p50Ms"),
    addedP99Ms: added(name, "p99Ms"),
    addedFirstMs: added(name, "firstMs"),
  }));
}

/** The first target must be the direct call. `say` is told what is under way. */
export async function measureAll(targets, loads, { rounds, seconds, say }) {
  for (const target of targets) {
    for (const load of loads) {
      say(`warm-up: ${target.name}, ${load.name}`);
      await probe(target, load);
      await runLoad({ port: target.port, load, connections, seconds: seconds.warm });
    }
  }
  const results = loads.map((load) => ({ load: load.name, title: load.title, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, load] of loads.entries()) {
      const measured = {};
      for (let i = 0; i < targets.length; i++) {
        const target = targets[(i + round) % targets.length];
        say(`round ${round + 1} of ${rounds}: ${load.name}, ${target.name}`);
        measured[target.name] = await measureOnce(target, targets[0], load, seconds);
      }
      results[at].rounds.push(measured);
    }
  }
  return results.map((result) => ({ ...result, targets: reduce(targets, result.rounds) }));
}

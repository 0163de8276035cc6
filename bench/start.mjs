// npm run bench:start: from start to listening, and `--help`; the median of ten spawns each, next to bare Node.
import { parseArgs } from "node:util";
import { freePort, startChild, stopChild, stopChildren, untilListening } from "./children.mjs";
import { coreLayout, pinSelf } from "./cores.mjs";
import { gatewayBuilt, gatewayMain, prepareGateway, spawnGateway } from "./gateway.mjs";
import { describeMachine } from "./machine.mjs";
import { median } from "./stats.mjs";

const spawns = 10;

async function timeListening(prepared, core) {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawnGateway(prepared, port, core);
  await untilListening(child, port, { everyMs: 1 });
  const took = performance.now() - startedAt;
  await stopChild(child);
  return took;
}

async function timeEnd(args, core) {
  const startedAt = performance.now();
  const child = startChild(process.execPath, args, { core });
  const limit = setTimeout(() => stopChild(child), 10_000);
  await child.closed;
  clearTimeout(limit);
  if (child.ended !== "ended with 0") throw new Error(`node ${args.join(" ")} ${child.ended}: ${child.output}`);
  return performance.now() - startedAt;
}

/** The first spawn fills the file cache and creates the data folder; it does not count. */
async function repeat(once) {
  await once();
  const times = [];
  for (let i = 0; i < spawns; i++) times.push(await once());
  return times;
}

async function main({ check, json }) {
  if (!gatewayBuilt()) throw new Error("dist/cli/main.js is missing: build first");
  const cores = coreLayout();
  pinSelf(cores.load);
  const prepared = prepareGateway(await freePort());
  const measured = [
    ["bare node", undefined, await repeat(() => timeEnd(["-e", "0"], cores.proxy))],
    ["--help", 150, await repeat(() => timeEnd([gatewayMain, "--help"], cores.proxy))],
    ["serve, until listening", 300, await repeat(() => timeListening(prepared, cores.proxy))],
  ];
  const machine = describeMachine();
  const results = measured.map(([name, goalMs, times]) => {
    const ms = median(times);
    return { name, ms, fastestMs: Math.min(...times), slowestMs: Math.max(...times), goalMs, met: !(ms > goalMs) };
  });
  if (json) process.stdout.write(`${JSON.stringify({ machine, spawns, results }, null, 2)}\n`);
  else {
    process.stdout.write(`${machine.command}, ${machine.date}, commit ${machine.commit}\n`);
    process.stdout.write(`Node ${machine.node}, ${machine.cpu}, ${machine.system}; median of ${spawns} spawns\n\n`);
    for (const { name, ms, fastestMs, slowestMs, goalMs, met } of results) {
      const range = `(${fastestMs.toFixed(0)} to ${slowestMs.toFixed(0)})`;
      const goal = goalMs ? `  goal: under ${goalMs} ms, ${met ? "met" : "not met"}` : "";
      process.stdout.write(`${name.padEnd(24)}${ms.toFixed(0).padStart(5)} ms  ${range.padEnd(14)}${goal}\n`);
    }
  }
  return check && results.some((result) => !result.met) ? 1 : 0;
}

try {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, json: { type: "boolean" } } });
  process.exitCode = await main(values);
} catch (error) {
  process.stderr.write(`bench:start: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await stopChildren();
}

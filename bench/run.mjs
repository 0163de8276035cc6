// npm run bench: the gateway next to nginx and to the direct call.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { freePort, startChild, stopChildren, untilListening } from "./children.mjs";
import { coreLayout, pinSelf } from "./cores.mjs";
import { measureCounting } from "./counting.mjs";
import { gatewayBuilt, startGateway } from "./gateway.mjs";
import { loads } from "./loads.mjs";
import { describeMachine } from "./machine.mjs";
import { measureAll } from "./measure.mjs";
import { nginxVersion, startNginx } from "./nginx.mjs";
import { asMarkdown, asText, judge } from "./report.mjs";

const help = `Usage: npm run bench -- [options]

  --quick         2 short rounds, for CI
  --rounds <n>    number of rounds (5)
  --load <name>   only this load: ${loads.map((load) => load.name).join(", ")}
  --proxy <file>  measure one more proxy: node <file> <port> <upstream port>
  --json          print JSON
  --write         write docs/benchmarks.md
  --check         exit 1 when a goal is not met
`;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const say = (line) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : "");
const note = (line) => process.stderr.write(`${line}\n`);

async function startNode(name, file, args, core) {
  const port = await freePort();
  const child = startChild(process.execPath, [file, String(port), ...args], { core });
  await untilListening(child, port);
  return { name, port, pid: child.pid };
}

async function startTargets(cores, options, nginx) {
  const direct = await startNode("direct", here("upstream-stub.mjs"), [], cores.stub);
  const targets = [direct];
  if (nginx) targets.push(await startNginx(direct.port, cores.proxy));
  else note("nginx is not installed: skipped, no ratios to it.");
  if (gatewayBuilt()) targets.push(await startGateway(direct.port, cores.proxy));
  else note("dist/cli/main.js is missing: the gateway is skipped.");
  if (options.proxy) targets.push(await startNode("proxy", options.proxy, [String(direct.port)], cores.proxy));
  return targets;
}

function describeCores({ proxy, stub, load }) {
  if (proxy === undefined) return "Not pinned to cores: the figures are less steady.";
  return `Pinned: proxy under test on core ${proxy}, stub on ${stub}, load on ${load}.`;
}

async function main(options) {
  const rounds = options.rounds ? Number(options.rounds) : options.quick ? 2 : 5;
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error("--rounds takes 1 to 100");
  const chosen = loads.filter((load) => !options.load || load.name === options.load);
  if (chosen.length === 0) throw new Error(`no load is called ${options.load}`);
  if (process.platform !== "linux") throw new Error("CPU time is read from /proc: the bench runs on Linux only");

  const seconds = options.quick ? { warm: 0.5, full: 0.8, single: 0.2 } : { warm: 0.8, full: 1.3, single: 0.4 };
  const cores = coreLayout();
  pinSelf(cores.load);
  const nginx = nginxVersion();
  const targets = await startTargets(cores, options, nginx);
  const results = await measureAll(targets, chosen, { rounds, seconds, say });
  await stopChildren();
  say("");
  const counting = gatewayBuilt() ? await measureCounting() : [];

  const setup = { rounds, seconds, nginx, cores: describeCores(cores) };
  const report = { machine: describeMachine(), setup, goals: judge(results), results, counting };
  process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : asText(report)}\n`);
  if (options.write) {
    mkdirSync(here("../docs"), { recursive: true });
    writeFileSync(here("../docs/benchmarks.md"), asMarkdown(report));
  }
  const missed = options.check && report.goals.some((goal) => !goal.met);
  return missed || !targets.some((target) => target.name === "gateway") ? 1 : 0;
}

const flag = { type: "boolean" };
const value = { type: "string" };
try {
  const { values } = parseArgs({
    options: {
      help: flag,
      quick: flag,
      json: flag,
      write: flag,
      check: flag,
      rounds: value,
      load: value,
      proxy: value,
    },
  });
  if (values.help) process.stdout.write(help);
  else process.exitCode = await main(values);
} catch (error) {
  note(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stopChildren();
}

// The results as text for the terminal and as a page for docs/benchmarks.md.

import { goalUs } from "./counting.mjs";
import { median } from "./stats.mjs";

export const goals = { chat: 7, stream: 1.2 };

const times = (value) => (value === undefined || Number.isNaN(value) ? "–" : `${value.toFixed(2)}×`);
const micro = (value) => `${value.toFixed(value < 10 ? 1 : 0)} µs`;
const added = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)} ms`;

const columns = ["", "CPU/req", "to nginx", "req/s", "to nginx", "to direct", "p50", "p99", "core busy"];

function cells(row) {
  const direct = row.target === "direct";
  return [
    row.target,
    direct ? "–" : micro(row.cpuUs),
    direct ? "–" : times(row.cpuToNginx),
    row.perSecond.toFixed(0),
    times(row.perSecondToNginx),
    times(row.perSecondToDirect),
    direct ? `${row.p50Ms.toFixed(2)} ms` : added(row.addedP50Ms),
    direct ? `${row.p99Ms.toFixed(2)} ms` : added(row.addedP99Ms),
    direct ? "–" : `${(row.busy * 100).toFixed(0)} %`,
  ];
}

/** How far the machine was ours: other work slows the caches and takes cores away. */
function othersNote(results) {
  const shares = results.flatMap(({ rounds }) =>
    rounds.flatMap((round) => Object.values(round).map((run) => run.others)),
  );
  const share = median(shares);
  const most = Math.max(...shares);
  const noisy = share > 0.05 ? ": noisy, run it again on an idle machine" : "";
  return `Other processes took ${(share * 100).toFixed(0)} % of the machine (at most ${(most * 100).toFixed(0)} %)${noisy}.`;
}

function floorNote(result) {
  const direct = result.targets[0];
  const share = `Direct, per request: load ${micro(direct.loadCpuUs)}, stub ${micro(direct.cpuUs)} of CPU.`;
  const bound = result.targets.filter((row) => row !== direct && row.busy < 0.85).map((row) => row.target);
  if (bound.length === 0) return share;
  return `${share} Core not full, req/s held by load and stub: ${bound.join(", ")}.`;
}

/** One { load, goal, ratio, met } for each goal that could be measured. */
export function judge(results) {
  return results.flatMap(({ load, targets }) => {
    const ratio = targets.find((row) => row.target === "gateway")?.cpuToNginx;
    return ratio === undefined || !(load in goals)
      ? []
      : [{ load, goal: goals[load], ratio, met: ratio <= goals[load] }];
  });
}

function verdicts(results) {
  return judge(results).map(
    ({ load, goal, ratio, met }) =>
      `Goal, ${load}: CPU per request at most ${goal}× nginx: ${ratio.toFixed(2)}×, ${met ? "met" : "not met"}.`,
  );
}

/** What counting adds to a request of 1 KB. */
function countingNotes(counting) {
  return counting.map(
    ({ model, how, us, requests }) =>
      `Counting before the call, 1 KB for ${model} (${how}): ${micro(us)} (${requests} different texts); goal: at most ${goalUs} µs, ${us <= goalUs ? "met" : "not met"}.`,
  );
}

function table(result) {
  const rows = [columns, ...result.targets.map(cells)];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  "));
}

const facts = ({ machine, setup, results }) => [
  `${machine.command}, ${machine.date}, commit ${machine.commit}`,
  `Node ${machine.node}, nginx ${setup.nginx ?? "not installed"}, ${machine.cpu}, ${machine.system}`,
  setup.cores,
  othersNote(results),
  `Median of ${setup.rounds} alternating rounds: ${setup.seconds.full} s with 16 connections (CPU, req/s),`,
  `${setup.seconds.single} s with one (p50, p99: time added to the direct call).`,
];

export function asText(report) {
  const parts = report.results.map((result) => [result.title, ...table(result), floorNote(result)].join("\n"));
  return [
    facts(report).join("\n"),
    ...parts,
    [...verdicts(report.results), ...countingNotes(report.counting)].join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

export function asMarkdown(report) {
  const line = (row) => `| ${row.join(" | ")} |`;
  const parts = report.results.map((result) =>
    [
      `## ${result.title}\n`,
      line(["Target", ...columns.slice(1)]),
      line(columns.map((_, i) => (i ? "--:" : "---"))),
      ...result.targets.map((row) => line(cells(row))),
      `\n${floorNote(result)}`,
    ].join("\n"),
  );
  const intro = `# Benchmarks

Written by \`npm run bench -- --write\`; not edited by hand. The main figure is the CPU time the proxy spends on one
request, next to what nginx spends on passing the same bytes through.

${facts(report)
  .slice(0, 4)
  .map((fact) => `- ${fact}`)
  .join("\n")}
- ${facts(report).slice(4).join(" ")}`;
  const goalList = [...verdicts(report.results), ...countingNotes(report.counting)]
    .map((verdict) => `- ${verdict}`)
    .join("\n");
  return `${[intro, ...parts, goalList].filter(Boolean).join("\n\n")}\n`;
}

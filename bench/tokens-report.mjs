// The token bench as text for the terminal and as docs/tokens-benchmark.md.
import { median } from "./stats.mjs";
import { cappedBytes } from "./tokens-peers.mjs";
import { textBytes } from "./tokens-texts.mjs";

export const goals = { coldMs: 50, worstToProse: 0.5 };

const megabytes = (value) => (value === undefined ? "–" : value.toFixed(value < 10 ? 1 : 0));

function cell(result, name, kind) {
  const found = result.find((row) => row.name === name && row.kind === kind);
  if (found === undefined) return "–";
  return `${megabytes(found.mbPerSecond)}${found.capped ? "*" : ""}${found.otherCount ? "†" : ""}`;
}

function table({ results, kinds, names }) {
  return [["MB/s", ...names], ...kinds.map((kind) => [kind, ...names.map((name) => cell(results, name, kind))])];
}

/** Our own speed on each kind, as a part of that on prose. */
export function toProse({ results, kinds }) {
  const speed = (kind) => results.find((row) => row.name === "ours" && row.kind === kind)?.mbPerSecond ?? Number.NaN;
  return kinds.map((kind) => ({ kind, ratio: speed(kind) / speed("prose") }));
}

function verdicts(report) {
  const { results, names, cold } = report;
  const prose = (name) => results.find((row) => row.name === name && row.kind === "prose")?.mbPerSecond ?? 0;
  const ahead = names.filter((name) => !name.startsWith("ours") && prose(name) >= prose("ours"));
  const slow = toProse(report).filter(({ ratio }) => ratio < goals.worstToProse);
  const coldMs = median(cold.find(({ name }) => name === "ours").countMs);
  const percent = ({ kind, ratio }) => `${kind} ${(ratio * 100).toFixed(0)} %`;
  return [
    `Goal: ahead of each on prose: ${ahead.length === 0 ? "met" : `not met, ${ahead.join(", ")}`}.`,
    `Goal: half the speed of prose on anything: ${slow.length === 0 ? "met" : `not met: ${slow.map(percent).join(", ")}`}.`,
    `Goal: the first count within ${goals.coldMs} ms: ${coldMs.toFixed(0)} ms, ${coldMs <= goals.coldMs ? "met" : "not met"}.`,
  ];
}

const facts = ({ machine, rounds }) => [
  `${machine.command}, ${machine.date}, commit ${machine.commit}`,
  `Node ${machine.node}, ${machine.cpu}, ${machine.system}`,
  `Encoding o200k_base. Median of ${rounds} interleaved rounds, each with new texts of ${textBytes / 1024} KiB.`,
];

const notes = (report) => [
  `* of the first ${cappedBytes.others / 1000} KB only, for js-tiktoken ${cappedBytes["js-tiktoken"] / 1000} KB: their time grows with the square on some such texts.`,
  ...(report.results.some(({ otherCount }) => otherCount) ? ["† counts other tokens than tiktoken's ids."] : []),
];

const milliseconds = (times) => `${median(times).toFixed(0)} ms`;

const coldRows = ({ cold }) => [
  ["", "import", "first count"],
  ...cold.map(({ name, importMs, countMs }) => [name, milliseconds(importMs), milliseconds(countMs)]),
];

const coldNote = "In a fresh process: what it takes to import, and from there to the first count; medians.";

const ratioLine = (report) =>
  `Ours, as a part of our own prose: ${toProse(report)
    .slice(1)
    .map(({ kind, ratio }) => `${kind} ${ratio.toFixed(2)}`)
    .join(", ")}.`;

function aligned(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows
    .map((row) =>
      row
        .map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function asText(report) {
  return [
    facts(report).join("\n"),
    aligned(table(report)),
    [ratioLine(report), ...notes(report)].join("\n"),
    `${coldNote}\n${aligned(coldRows(report))}`,
    verdicts(report).join("\n"),
  ].join("\n\n");
}

const markdown = ([head, ...rows]) =>
  [
    `| ${head.join(" | ")} |`,
    `| ${head.map((_, i) => (i ? "--:" : "---")).join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");

export function asMarkdown(report) {
  return `# How fast tokens are counted

Written by \`npm run bench:tokens -- --write\`; not edited by hand.

${facts(report)
  .map((fact) => `- ${fact}`)
  .join("\n")}

${markdown(table(report))}

${ratioLine(report)}

${notes(report)
  .map((note) => `- ${note.replace("*", "\\*")}`)
  .join("\n")}

## The first count

${coldNote} Some hold their vocabulary as code, which is read as it is
imported; ours is read by the first count.

${markdown(coldRows(report))}

## Goals

${verdicts(report)
  .map((verdict) => `- ${verdict}`)
  .join("\n")}
`;
}

// docs/cli.md is made from the definitions of the commands: this test fails when it differs, and writes it with UPDATE_DOCS=1.
import { readFileSync, writeFileSync } from "node:fs";
import { PassThrough, Readable } from "node:stream";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { exitCodes } from "./exit-codes.js";
import { program } from "./program.js";

const page = new URL("../../docs/cli.md", import.meta.url);

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "Done. `compare`: at least one model answered.",
  failed: "Trunkline itself failed: an address in use, a data folder with another owner, a fault.",
  usage: "Wrong use: arguments, request, an unknown model, a trunkline.yaml that cannot be used.",
  authentication: "A key is missing or was refused; the message names the variable.",
  limit: "A rate limit, a budget, or a provider's account without credit.",
  upstream: "The provider failed, or its answer broke off; or no weights could be fetched.",
  timeout: "A time limit passed: `--timeout`, or one of the gateway's.",
  interrupted: "Ctrl-C or a stop. The call was ended at the provider and stands in the log.",
};

const topCommands: readonly Command[] = program(
  {
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    environment: {},
    workingDirectory: ".",
  },
  () => {},
).commands;

/** Each command that does something: of a group, its sub-commands. */
const commands = topCommands.flatMap((command) => (command.commands.length === 0 ? [command] : command.commands));

/** As it is typed: `trunkline catalog sync`. */
const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;

/** In a cell of a table a bar would end it. */
const cell = (text: string) => text.replaceAll("|", "\\|");

function section(command: Command): string {
  const { options, registeredArguments } = command;
  const rows = [
    ...registeredArguments.map((argument) => [
      argument.variadic ? `${argument.name()}…` : argument.name(),
      argument.description,
      "",
    ]),
    ...options.map((option) => [
      option.flags,
      option.description + (option.argChoices === undefined ? "" : `: ${option.argChoices.join(", ")}`),
      option.defaultValue === undefined || typeof option.defaultValue === "boolean" ? "" : String(option.defaultValue),
    ]),
  ];
  const table = rows.map(
    ([name, what, otherwise]) => `| \`${cell(name ?? "")}\` | ${cell(what ?? "")} | ${otherwise} |`,
  );
  const head = rows.length === 0 ? [] : ["", "| | | default |", "|---|---|---|", ...table];
  return [`## ${fullName(command)}`, "", command.description(), ...head].join("\n");
}

function render(): string {
  const codes = Object.entries(exitCodes).map(([name, code]) => {
    return `| ${code} | ${Object.entries(meanings).find(([key]) => key === name)?.[1]} |`;
  });
  return `# The command line

This page is made from the definitions in [src/cli/program.ts](../src/cli/program.ts) (\`UPDATE_DOCS=1 npx vitest run src/cli\`).
\`trunkline COMMAND --help\` says the same.

The answer goes to standard output, all else to standard error. Colour is for terminals alone, and \`NO_COLOR\` turns it
off. What a model writes cannot steer the terminal: control characters are taken out.

Where a gateway runs on the same data folder, \`ask\`, \`compare\` and \`logs\` use it; else they do the work themselves and keep
the same log. No key is needed for that.

Without \`-m\`, \`ask\` takes the model that \`TRUNKLINE_MODEL\` names; else it chooses one that answers now, and says which.

What \`catalog sync\` fetches, believes and refuses is in [catalog.md](catalog.md).

${commands.map(section).join("\n\n")}

## JSON

Every \`--json\` document has a \`version\`, now 1; a field may be added, none changes its meaning. Times are milliseconds,
\`costUsd\` is US dollars. What is not known is absent: a missing \`costUsd\` is no zero.

| command | document |
|---|---|
| \`ask\` | \`{version, text, reasoning, refusal, toolCalls, citations, parts, finish, usage, costUsd, provider, model, generationId, firstTokenMs, totalMs}\`, or \`{version, error: {code, message, whatToDo}}\` |
| \`compare\` | \`{version, results: […]}\` in the order of the models: \`{asked, ok: true, …}\` with the fields of \`ask\`, or \`{asked, ok: false, error, totalMs}\` |
| \`ask --dry-run\` | \`{version, sent: false, tokens, cost}\`: an element of \`tokens\` and one of \`cost\` |
| \`tokens\` | \`{version, results: [{input, model, tokens, atMost, method, errorPercent, how, countedBy, parts, windowTokens, maxOutputTokens, fits, notes, inputCostUsd, inputCostNanoUsd, pieces}]}\`; the fields are those of [the API](api.md#count-and-cost-before-you-call), \`pieces\` with \`--show\` |
| \`tokens --calibration\` | \`{version, data: [{model, count, factor, before: {median, p95}, after: {median, p95}}]}\`; errors in percent |
| \`cost\` | \`{version, results: […], notes}\`; a result is an element of \`data\` of [the API](api.md#count-and-cost-before-you-call) |
| \`models\` | \`{version, data: [{id, name, servedBy, needs, setUp, windowTokens, maxOutputTokens, inputUsdPerMTok, outputUsdPerMTok}]}\` |
| \`catalog sync\` | \`{version, from, day, written, sources: [{name, url, ok, models, unreadable, error}], changes, refused, shrunk, conflicts, vanished, unplaced}\`; prices are integer pico-dollars per token |
| \`catalog check\` | \`{version, catalog: {generated, ageDays, from, models, sources}, lastSync, conflicts, vanished, problems: [{model, provider, kind, sentence}]}\` |
| \`catalog history\` | \`{version, model, endpoints: [{provider, name, prices}]}\`; prices as in \`catalog sync\`, oldest first |
| \`logs\` | \`{version, data: […]}\`, the newest first; each a record as \`logs ID\` shows it, and \`logs ID --json\` as \`{version, data}\` |

## Exit codes

| code | |
|---|---|
${codes.join("\n")}

[errors.md](errors.md) gives the exit code of every error.
`;
}

test("docs/cli.md says what the commands are", () => {
  const rendered = render();
  if (process.env.UPDATE_DOCS === "1") writeFileSync(page, rendered);
  expect(readFileSync(page, "utf8")).toBe(rendered);
});

test("every command and every option says what it is for", () => {
  for (const command of commands) {
    expect(command.description(), command.name()).not.toBe("");
    for (const option of command.options) expect(option.description, `${command.name()} ${option.flags}`).not.toBe("");
  }
});

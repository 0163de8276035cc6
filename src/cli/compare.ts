// `trunkline compare`: the same question to several models at once, side by side, in a table that fits the terminal.
import { type Compared, compareModels } from "../client/compare.js";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.js";
import { errorJson, UsageError } from "./fail.js";
import { interruptible } from "./interruptible.js";
import type { Io } from "./io.js";
import { cost, seconds, tokens } from "./measures.js";
import { readOptions, readPrompt } from "./prompt.js";
import { reachGateway } from "./reach.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { type Column, jsonText, padTo, paintFor, printable, table, widthOf, wrap } from "./terminal.js";

export interface CompareFlags extends FolderFlags {
  readonly model?: readonly string[];
  readonly system?: string;
  readonly file?: readonly string[];
  readonly option?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

const mostModels = 20;

export async function compare(io: Io, words: readonly string[], flags: CompareFlags): Promise<ExitCode> {
  const models = flags.model ?? [];
  if (models.length < 2 || models.length > mostModels) {
    throw new UsageError(
      `Name 2 to ${mostModels} models: trunkline compare "…" -m openai/gpt-4o-mini -m groq/llama-3.3-70b-versatile`,
    );
  }
  const settings = settingsFor(io, flags);
  const prompt = await readPrompt(io, { words, system: flags.system, files: flags.file });
  const fields = readOptions(flags.option);
  const gateway = await reachGateway(settings, (sentence) => io.stderr.write(`${sentence}\n`));
  try {
    return await interruptible(io, async (signal) => {
      const comparison = { models, ...prompt, fields, timeoutMs: flags.timeout * 1_000, signal };
      const outcomes = await compareModels(gateway.parts, {
        ...comparison,
        onProgress({ model, state }) {
          const ended = state === "done" || state === "failed";
          if (ended && flags.json !== true && io.stderr.isTTY === true) io.stderr.write(`${model}: ${state}\n`);
        },
      });
      io.stdout.write(flags.json === true ? jsonText(asJson(outcomes)) : asTable(io, outcomes));
      return exitCodeFor(outcomes);
    });
  } finally {
    await gateway.close();
  }
}

/** One answer is enough for success; none: the first one's error. */
function exitCodeFor(outcomes: readonly Compared[]): ExitCode {
  if (outcomes.some((outcome) => outcome.ok)) return exitCodes.ok;
  const [first] = outcomes;
  return first === undefined || first.ok ? exitCodes.ok : exitCodeOf(first.error.code);
}

/** The documented shape of `--json`. */
function asJson(outcomes: readonly Compared[]) {
  const results = outcomes.map((outcome) =>
    outcome.ok
      ? { asked: outcome.model, ok: true, ...outcome.answer }
      : { asked: outcome.model, ok: false, error: errorJson(outcome.error), totalMs: outcome.totalMs },
  );
  return { version: 1, results };
}

const leastColumn = 28;
const usualWidth = 80;

function asTable(io: Io, outcomes: readonly Compared[]): string {
  const width = io.stdout.columns ?? usualWidth;
  const rows = outcomes.map((outcome) =>
    outcome.ok
      ? [
          outcome.model,
          outcome.answer.provider ?? "–",
          seconds(outcome.answer.firstTokenMs),
          seconds(outcome.answer.totalMs),
          tokens(outcome.answer),
          cost(outcome.answer.costUsd),
        ]
      : [outcome.model, "failed", "–", seconds(outcome.totalMs), "–", "–"],
  );
  const right = { align: "right" } as const;
  const columns = [
    { title: "model" },
    { title: "served by" },
    { title: "first token", ...right },
    { title: "total", ...right },
    { title: "tokens in + out", ...right },
    { title: "cost", ...right },
  ];
  const summary = table(columns, rows, width);
  const fits = summary.split("\n").every((line) => widthOf(line) <= width);
  return `${answers(io, outcomes, width)}\n${fits ? summary : rows.map((row) => asLines(columns, row, width)).join("\n")}`;
}

/** A row of a table that does not fit: the first cell, and the others below it by their titles. */
function asLines(columns: readonly Column[], [first = "", ...cells]: readonly string[], width: number): string {
  const named = cells.map((cell, index) => `${columns[index + 1]?.title}: ${cell}`).join(", ");
  return `${[...wrap(first, width), ...wrap(named, width - 2).map((line) => `  ${line}`)].join("\n")}\n`;
}

/** Columns side by side where each gets room to be read, else one below the other. */
function answers(io: Io, outcomes: readonly Compared[], width: number): string {
  const paint = paintFor(io.stdout, io.environment);
  const textOf = (outcome: Compared) => printable(outcome.ok ? outcome.answer.text.trim() : outcome.error.sentence);
  const column = Math.floor((width - 3 * (outcomes.length - 1)) / outcomes.length);
  if (column < leastColumn) {
    return outcomes
      .map(
        (outcome) =>
          `${wrap(outcome.model, width).map(paint.bold).join("\n")}\n${wrap(textOf(outcome), width).join("\n")}\n`,
      )
      .join("\n");
  }
  const blocks = outcomes.map((outcome) => wrap(textOf(outcome), column));
  const height = Math.max(...blocks.map((block) => block.length));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell) => padTo(cell, column))
      .join(" │ ")
      .trimEnd();
  const titles = outcomes.map((outcome) => wrap(outcome.model, column)[0] ?? "");
  const lines = Array.from({ length: height }, (_, row) => line(blocks.map((block) => block[row] ?? "")));
  return `${paint.bold(line(titles))}\n${lines.join("\n")}\n`;
}

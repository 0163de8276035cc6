// `trunkline ask`: one question, one model. The answer goes to standard output, all else to standard error.
import { TrunklineError } from "../canonical/error.js";
import type { Answer } from "../client/answer.js";
import { type AnswerStream, streamQuestion } from "../client/stream.js";
import { chooseModel } from "./default-model.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { errorJson } from "./fail.js";
import { interruptible } from "./interruptible.js";
import type { Io } from "./io.js";
import { measures } from "./measures.js";
import { readOptions, readPrompt } from "./prompt.js";
import { reachGateway } from "./reach.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, paintFor, printable } from "./terminal.js";

export interface AskFlags extends FolderFlags {
  readonly model?: string;
  readonly system?: string;
  readonly file?: readonly string[];
  readonly option?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
  readonly stream: boolean;
  readonly usage?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export async function ask(io: Io, words: readonly string[], flags: AskFlags): Promise<ExitCode> {
  const settings = settingsFor(io, flags);
  const prompt = await readPrompt(io, { words, system: flags.system, files: flags.file });
  const fields = readOptions(flags.option);
  const model = flags.model ?? (await chooseModel(io, settings));
  if (flags.dryRun === true) {
    const { dryRun } = await import("./ask-dry-run.js");
    return dryRun(io, settings, { model, ...prompt, fields }, flags.json === true);
  }
  const gateway = await reachGateway(settings, (sentence) => io.stderr.write(`${sentence}\n`));
  try {
    return await interruptible(io, async (signal) => {
      const question = { model, ...prompt, fields, timeoutMs: flags.timeout * 1_000, signal };
      const streaming = streamQuestion(gateway.parts, question, flags.stream);
      const answer = flags.json === true ? await printJson(io, streaming) : await printText(io, streaming);
      if (flags.usage === true) io.stderr.write(`${paintFor(io.stderr, io.environment).dim(measures(answer))}\n`);
      return exitCodes.ok;
    });
  } finally {
    await gateway.close();
  }
}

async function printText(io: Io, streaming: AnswerStream): Promise<Answer> {
  let last = "";
  const print = (text: string) => {
    if (text === "") return;
    io.stdout.write(text);
    last = text;
  };
  try {
    for await (const event of streaming)
      if (event.type === "text-delta" || event.type === "refusal") print(printable(event.text));
  } finally {
    // An answer that broke off ends its line too, lest the error be read as part of it.
    if (last !== "" && !last.endsWith("\n")) io.stdout.write("\n");
  }
  const answer = await streaming.answer();
  for (const call of answer.toolCalls)
    io.stderr.write(`tool call: ${printable(`${call.name}(${call.argumentsJson})`)}\n`);
  const { finish } = answer;
  if (finish?.reason === "length") io.stderr.write("The answer was cut at its length limit (-o max_tokens=…).\n");
  if (finish?.reason === "content-filter") io.stderr.write("The provider's content filter ended the answer.\n");
  return answer;
}

/** The documented shape of `--json`: an answer, or an error; one document in any case. */
async function printJson(io: Io, streaming: AnswerStream): Promise<Answer> {
  try {
    const answer = await streaming.answer();
    io.stdout.write(jsonText({ version: 1, ...answer }));
    return answer;
  } catch (error) {
    if (TrunklineError.is(error)) io.stdout.write(jsonText({ version: 1, error: errorJson(error) }));
    throw error;
  }
}

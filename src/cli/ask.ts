// `trunkline ask`: one question, one model. The answer goes to standard output, all else to standard error.
import type { Answer } from "../client/answer.js";
import { streamQuestion } from "../client/stream.js";
import { chooseModel } from "./default-model.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { interruptible } from "./interruptible.js";
import type { Io } from "./io.js";
import { measures } from "./measures.js";
import { readOptions, readPrompt } from "./prompt.js";
import { reachGateway } from "./reach.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { paintFor, printable } from "./terminal.js";

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
}

export async function ask(io: Io, words: readonly string[], flags: AskFlags): Promise<ExitCode> {
  const settings = settingsFor(io, flags);
  const prompt = await readPrompt(io, { words, system: flags.system, files: flags.file });
  const fields = readOptions(flags.option);
  const model = flags.model ?? (await chooseModel(io, settings));
  const gateway = await reachGateway(settings);
  try {
    return await interruptible(async (signal) => {
      const question = { model, ...prompt, fields, timeoutMs: flags.timeout * 1_000, signal };
      const streaming = streamQuestion(gateway.parts, question, flags.stream);
      const live = flags.stream && flags.json !== true;
      for await (const event of streaming) {
        if (live && (event.type === "text-delta" || event.type === "refusal")) io.stdout.write(printable(event.text));
      }
      const answer = await streaming.answer();
      if (flags.json === true) io.stdout.write(`${JSON.stringify(asJson(answer), null, 2)}\n`);
      else io.stdout.write(live ? "\n" : `${printable(answer.text)}\n`);
      for (const call of answer.toolCalls)
        io.stderr.write(`tool call: ${call.name}(${printable(call.argumentsJson)})\n`);
      if (flags.usage === true) io.stderr.write(`${paintFor(io.stderr, io.environment).dim(measures(answer))}\n`);
      return exitCodes.ok;
    });
  } finally {
    await gateway.close();
  }
}

/** The documented shape of `--json`. */
function asJson(answer: Answer) {
  return { version: 1, ...answer };
}

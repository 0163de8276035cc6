// The command line: what each command is called and takes. A command's own code is loaded only when it runs.
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import type { AskFlags } from "./ask.js";
import type { CatalogFlags } from "./catalog.js";
import type { SyncFlags } from "./catalog-sync.js";
import type { CompareFlags } from "./compare.js";
import type { CostFlags } from "./cost.js";
import type { ExitCode } from "./exit-codes.js";
import { reportFailure } from "./fail.js";
import type { Io } from "./io.js";
import type { LogsFlags } from "./logs.js";
import type { ModelsFlags } from "./models.js";
import type { ServeFlags } from "./serve.js";
import type { FolderFlags } from "./settings.js";
import type { TokensFlags } from "./tokens.js";

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "0";
}

const many = (value: string, list: readonly string[] = []) => [...list, value];

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return number;
}

function tokenCount(value: string): number {
  const number = Number(value);
  if (!/^\d{1,12}$/.test(value)) throw new InvalidArgumentError("It must be a whole number of tokens.");
  return number;
}

function percent(value: string): number {
  const number = Number(value);
  if (!/^\d{1,3}$/.test(value) || number > 100)
    throw new InvalidArgumentError("It must be a whole number of percent from 0 to 100.");
  return number;
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 86_400))
    throw new InvalidArgumentError("It must be a number of seconds from 0 to 86400.");
  return number;
}

/** @param end takes the exit code of the command that ran. */
export function program(io: Io, end: (code: ExitCode) => void): Command {
  const run = async (command: () => Promise<ExitCode>) =>
    end(await command().catch((cause: unknown) => reportFailure(io, cause)));

  const trunkline = new Command("trunkline")
    .description("One API, one key, any model: an LLM gateway that you run yourself.")
    .version(readVersion())
    .showHelpAfterError("(add --help for what it takes)")
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride((error) => {
      throw error;
    });

  const withFolder = (command: Command) =>
    command
      .option("--config <file>", "configuration file (else ./trunkline.yaml, where it is there)")
      .option("--data <folder>", "folder of ledger, weights and socket");

  withFolder(trunkline.command("ask"))
    .description("Ask one model; the answer streams to standard output.")
    .argument("[prompt...]", "the prompt; standard input is joined to it")
    .option("-m, --model <model>", "the model, as provider/model-name")
    .option("-s, --system <text>", "system prompt")
    .option("-f, --file <file>", "join a text file or an image to the prompt (repeatable)", many)
    .option("-o, --option <name=value>", "a request field: temperature=0.2, max_tokens=100, seed=7 (repeatable)", many)
    .option("--timeout <seconds>", "limit for the whole call", seconds, 30)
    .option("--no-stream", "wait for the whole answer")
    .option("-u, --usage", "print tokens, cost and time to standard error")
    .option("--dry-run", "show tokens, window and cost, and send nothing")
    .option("--json", "print the result as JSON")
    .action((words: string[], flags: AskFlags) => run(async () => (await import("./ask.js")).ask(io, words, flags)));

  withFolder(trunkline.command("compare"))
    .description("Send the same prompt to several models at once and show them side by side.")
    .argument("[prompt...]", "the prompt; standard input is joined to it")
    .option("-m, --model <model>", "a model (give several)", many)
    .option("-s, --system <text>", "system prompt")
    .option("-f, --file <file>", "join a text file or an image to the prompt (repeatable)", many)
    .option("-o, --option <name=value>", "a request field (repeatable)", many)
    .option("--timeout <seconds>", "limit for each call", seconds, 60)
    .option("--json", "print the result as JSON")
    .action((words: string[], flags: CompareFlags) =>
      run(async () => (await import("./compare.js")).compare(io, words, flags)),
    );

  withFolder(trunkline.command("tokens"))
    .description(
      "Count the tokens of a text or a request: exactly, or by an estimate that says its error. Offline, unless a provider is to be asked.",
    )
    .argument("[text...]", "the text; without it and without -f, standard input")
    .option("-f, --file <file>", "count a UTF-8 file, or standard input as - (repeatable)", many)
    .option("-m, --model <model>", "a model, or an encoding such as o200k_base (repeatable)", many)
    .option("--show", "show the tokens: in colours with their ids on a terminal, else as [id]text")
    .option("--special", "take the spelling of a special token, such as <|endoftext|>, for the token itself")
    .option("--tokenizer <file>", "count with this tokenizer.json, or GGUF file")
    .option("--dialect <dialect>", "the input is a request body of this dialect: openai-chat, anthropic-messages …")
    .option("--ask-provider", "ask the provider's own counting endpoint: Anthropic, Google, OpenAI, with a key")
    .option("--timeout <seconds>", "limit for asking the provider", seconds, 30)
    .option("--calibration", "how good the estimates were, held against the usage that providers reported")
    .option("--json", "print the result as JSON")
    .action((words: string[], flags: TokensFlags) =>
      run(async () => (await import("./tokens.js")).tokens(io, words, flags)),
    );

  withFolder(trunkline.command("cost"))
    .description("What a prompt would cost: the least, the likely, the most. Nothing is sent.")
    .argument("[prompt...]", "the prompt; standard input is joined to it")
    .option("-m, --model <model>", "a model (repeatable)", many)
    .option("--models <list>", "models with commas between them; cheapest:10 are the ten cheapest")
    .option("-s, --system <text>", "system prompt")
    .option("-f, --file <file>", "join a text file or an image to the prompt (repeatable)", many)
    .option("-o, --option <name=value>", "a request field: max_tokens=100 (repeatable)", many)
    .option("--input-tokens <count>", "reckon with so many tokens of input, in place of a prompt", tokenCount)
    .option("--output-tokens <count>", "the likely length of the answer, in place of the usual guess", tokenCount)
    .option("--batch", "handed in as a batch, at the provider's discount")
    .option("--cached <percent>", "share of the input that the provider's cache already holds", percent)
    .option("--json", "print the result as JSON")
    .action((words: string[], flags: CostFlags) => run(async () => (await import("./cost.js")).cost(io, words, flags)));

  withFolder(trunkline.command("serve"))
    .description("Start the gateway. It fetches nothing by itself.")
    .option("--listen <host:port>", "address (else `listen` of the configuration, else 127.0.0.1:4100)")
    .addOption(
      new Option("--log <level>", "what to log to standard error")
        .choices(["all", "trouble", "nothing"])
        .default("trouble"),
    )
    .action((flags: ServeFlags) => run(async () => (await import("./serve.js")).serve(io, flags)));

  withFolder(trunkline.command("start"))
    .description("What `npm start` runs: with no provider key set, fetch the small local model first; then serve.")
    .option("--listen <host:port>", "address")
    .addOption(
      new Option("--log <level>", "what to log to standard error")
        .choices(["all", "trouble", "nothing"])
        .default("trouble"),
    )
    .action((flags: ServeFlags) => run(async () => (await import("./start.js")).start(io, flags)));

  withFolder(trunkline.command("pull"))
    .description(
      "Fetch the small local model: runtime and weights, about 180 MB on disk. A run that was stopped is gone on with.",
    )
    .action((flags: FolderFlags) => run(async () => (await import("./pull.js")).pull(io, flags)));

  withFolder(trunkline.command("models"))
    .description("List the models, who would serve each, what it costs and how much fits.")
    .argument("[words...]", "only models whose name has these words")
    .option("--free", "only models that cost nothing")
    .option("--all", "also models that no provider serves that is set up")
    .option("--json", "print the list as JSON")
    .action((words: string[], flags: ModelsFlags) =>
      run(async () => (await import("./models.js")).models(io, words, flags)),
    );

  const catalog = trunkline.command("catalog").description("Models and prices: refresh them, check them, look back.");

  withFolder(catalog.command("sync"))
    .description(
      "Fetch models and prices from the public catalogues, show what would change, and ask before writing it.",
    )
    .option("--source <name>", "only this source: openrouter, models.dev, genai-prices, a provider (repeatable)", many)
    .option("--dry-run", "show what would change, and write nothing")
    .option("-y, --yes", "write without asking; what moves too far is held back all the same")
    .option(
      "--accept <model>",
      "take a change of this model however far it moves; or believe this source though it shrank (repeatable)",
      many,
    )
    .option("--remove <model>", "remove this model where its provider no longer lists it (repeatable)", many)
    .option("--timeout <seconds>", "limit for each source", seconds, 30)
    .option("--json", "print the difference as JSON")
    .action((flags: SyncFlags) => run(async () => (await import("./catalog-sync.js")).catalogSync(io, flags)));

  withFolder(catalog.command("check"))
    .description("How old the catalogue is, where its sources disagreed, and what is wrong inside it. Offline.")
    .option("--json", "print it as JSON")
    .action((flags: CatalogFlags) => run(async () => (await import("./catalog.js")).catalogCheck(io, flags)));

  withFolder(catalog.command("history"))
    .description("What a model has cost, by date.")
    .argument("<model>", "a model's name")
    .option("--json", "print it as JSON")
    .action((name: string, flags: CatalogFlags) =>
      run(async () => (await import("./catalog.js")).catalogHistory(io, name, flags)),
    );

  withFolder(catalog.command("restore"))
    .description("Go back to an earlier catalogue; without an argument, list those that are kept.")
    .argument("[which]", "a day, one of that list, or `packaged` for the one that came with Trunkline")
    .action((which: string | undefined, flags: CatalogFlags) =>
      run(async () => (await import("./catalog.js")).catalogRestore(io, which, flags)),
    );

  withFolder(trunkline.command("logs"))
    .description("List what was asked, newest first; or show one record whole.")
    .argument("[id]", "a generation's id")
    .option("-n, --number <count>", "how many", wholeNumber, 20)
    .option("-m, --model <model>", "only this model")
    .option("--json", "print the records as JSON")
    .action((id: string | undefined, flags: LogsFlags) =>
      run(async () => (await import("./logs.js")).logs(io, id, flags)),
    );

  trunkline
    .command("init")
    .description("Write a commented .env and trunkline.yaml here, and keep .env out of git.")
    .action(() => run(async () => (await import("./init.js")).init(io)));

  return trunkline;
}

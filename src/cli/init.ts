// `trunkline init`: a commented .env and trunkline.yaml here, and .env kept out of git. Never overwrites anything.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knownProviders } from "../catalog/providers.js";
import { variable } from "../config/environment.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";

export async function init(io: Io): Promise<ExitCode> {
  const write = (name: string, text: string, mode: number) => {
    const file = join(io.workingDirectory, name);
    if (existsSync(file)) {
      io.stderr.write(`${name} is there already and stays as it is.\n`);
      return;
    }
    writeFileSync(file, text, { mode, flag: "wx" });
    io.stderr.write(`${name} written.\n`);
  };
  write(".env", envText(), 0o600);
  write("trunkline.yaml", yamlText, 0o644);
  ignoreEnv(io);
  const found = knownProviders.filter((provider) =>
    provider.environment.some((name) => variable(io.environment, name) !== undefined),
  );
  io.stderr.write(
    found.length === 0
      ? "No provider key is in the environment. Put one into .env, or run `trunkline pull` for a small local model.\n"
      : `Keys found in the environment: ${found.map((provider) => provider.name).join(", ")}.\n`,
  );
  io.stderr.write("Next: trunkline serve\n");
  return exitCodes.ok;
}

function ignoreEnv(io: Io): void {
  const file = join(io.workingDirectory, ".gitignore");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text.split(/\r?\n/).some((line) => line.trim() === ".env" || line.trim() === "/.env")) return;
  appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}.env\n`);
  io.stderr.write(".env added to .gitignore.\n");
}

function envText(): string {
  const lines = knownProviders.flatMap(({ name, environment, keyUrl }) =>
    environment[0] === undefined
      ? []
      : [`# ${name}${keyUrl === undefined ? "" : `: ${keyUrl}`}`, `${environment[0]}=`, ""],
  );
  return `# Keys of model providers. One is enough; with OPENROUTER_API_KEY alone every model that OpenRouter serves is reached.
# Trunkline reads this file from the folder in which it is started, and never writes it again.

${lines.join("\n")}
# Keys that clients of this gateway must send, separated by commas. Needed to listen beyond this machine.
TRUNKLINE_KEYS=
`;
}

const yamlText = `# Trunkline's configuration. Everything here is optional.

# Where clients connect. Beyond 127.0.0.1 keys are needed: TRUNKLINE_KEYS in .env, or keys: below.
listen: 127.0.0.1:4100

# Own providers: anything that speaks OpenAI's Chat Completions (openai-chat) or Anthropic's Messages (anthropic-messages).
# providers:
#   my-host: { dialect: openai-chat, baseUrl: "http://127.0.0.1:9000/v1", apiKey: "\${MY_HOST_KEY}" }

# Own names for models, tried in order; and facts that the catalogue doesn't have.
# models:
#   fast: { try: [groq/llama-3.3-70b-versatile, openai/gpt-4o-mini], timeoutMs: { firstToken: 10000 } }
#   my-host/qwen: { windowTokens: 32768, price: { inputUsdPerMTok: "0.2", outputUsdPerMTok: "0.6" } }
`;

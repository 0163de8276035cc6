// `trunkline start`, what `npm start` runs: a newcomer without a key gets the small local model first. Then the gateway.
import type { Settings } from "../config/settings.js";
import { localModelInstalled } from "../upstream/local/installed.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { pullInto } from "./pull.js";
import { type ServeFlags, serveSettings } from "./serve.js";
import { settingsFor } from "./settings.js";

export async function start(io: Io, flags: ServeFlags): Promise<ExitCode> {
  const settings = settingsFor(io, flags);
  if (needsLocalModel(settings)) {
    io.stderr.write(
      "No provider key is set, so Trunkline fetches a small real model to answer with: SmolLM2-135M-Instruct,\n" +
        "180 MB in all, once. (Put a provider's key into .env to use that instead; `trunkline init` writes one.)\n",
    );
    const code = await pullInto(io, settings.dataDir);
    if (code === exitCodes.interrupted) return code;
    if (code !== exitCodes.ok) {
      io.stderr.write(
        "Starting without it. To get answers: set a provider's key (for example GROQ_API_KEY, free at https://console.groq.com/keys)\n" +
          "in .env and start again, or run `trunkline pull` later. Until then only simulator/echo answers.\n",
      );
    }
  }
  return serveSettings(io, settings, flags.log ?? "trouble");
}

/** Own providers that need no key count as set up. */
function needsLocalModel(settings: Settings): boolean {
  const hasOwn = [...settings.providers.values()].some((provider) => provider.source === "trunkline.yaml");
  return settings.secrets.size === 0 && !hasOwn && !localModelInstalled(settings.dataDir);
}

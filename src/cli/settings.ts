// Flags that most commands share, and the settings that they lead to.
import { loadSettings } from "../config/load.js";
import type { Settings } from "../config/settings.js";
import type { Io } from "./io.js";

export interface FolderFlags {
  readonly config?: string;
  readonly data?: string;
}

/** @throws ConfigError */
export function settingsFor(io: Io, flags: FolderFlags & { readonly listen?: string }): Settings {
  return loadSettings({
    workingDirectory: io.workingDirectory,
    environment: io.environment,
    configFile: flags.config,
    dataDir: flags.data,
    listen: flags.listen,
  });
}

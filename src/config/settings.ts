// The whole configuration, checked and joined: what `build.ts` needs to make a gateway.
import type { CapacityLimits } from "../admission/capacity.js";
import type { Provider } from "../catalog/provider.js";
import type { ModelSettings } from "../routing/settings.js";
import type { SlotLimits } from "../upstream/local/slots.js";
import type { TimeoutSettings } from "../upstream/timeouts.js";

export interface Settings {
  readonly listen: string;
  /** Folder of ledger, journal, weights and socket. */
  readonly dataDir: string;
  /** SHA-256 of the clients' keys, hex: in clear they are read, hashed and forgotten. */
  readonly keyHashes: readonly string[];
  /** Further names that `Host` may hold. */
  readonly hosts: readonly string[];
  readonly providers: ReadonlyMap<string, Provider>;
  /** Provider secrets by provider id. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly modelTimeouts: ReadonlyMap<string, TimeoutSettings>;
  readonly timeouts: TimeoutSettings;
  readonly capacity: CapacityLimits;
  /** Slots and queue of the local model. */
  readonly local: SlotLimits;
  readonly bodyBytes: number;
  readonly drainMs: number;
  /** The file that was read, if any. */
  readonly file: string | undefined;
}

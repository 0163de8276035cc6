// Is the local model ready in a data folder? A few file stats: cheap enough to ask on each call.
import { statSync } from "node:fs";
import { join } from "node:path";
import { localPlaces } from "./places.js";
import { smollm2Weights, type Weights } from "./weights.js";

/** Written last by `pull`, beside the runtime's `node_modules`: its presence says that the runtime is whole. */
export const runtimeMark = "complete.json";

export function runtimeInstalled(dataDir: string): boolean {
  return sizeOf(join(localPlaces(dataDir).runtime, runtimeMark)) !== undefined;
}

/** The path of the weights when they are there in full length, else undefined. */
export function weightsInstalled(dataDir: string, weights: Weights = smollm2Weights): string | undefined {
  const path = join(localPlaces(dataDir).modelFolder, weights.file.fileName);
  return sizeOf(path) === weights.file.bytes ? path : undefined;
}

export function localModelInstalled(dataDir: string, weights: Weights = smollm2Weights): boolean {
  return runtimeInstalled(dataDir) && weightsInstalled(dataDir, weights) !== undefined;
}

function sizeOf(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat.size : undefined;
  } catch {
    // Where the data folder is no folder, or closed to us, nothing is installed. Who writes there says why.
    return undefined;
  }
}

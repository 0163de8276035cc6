// What is said of a tokenizer file that cannot be used: damaged, or made for something that is not read here.
import { TrunklineError } from "../../canonical/error.js";

/** Makes the errors of one file. A fault is a clause without a full stop: `the merge 17 names no token`. */
export interface FileFaults {
  damaged(fault: string): TrunklineError;
  unsupported(need: string): TrunklineError;
}

const longestShown = 80;

export function faultsOf(name: string): FileFaults {
  const file = shown(name);
  return {
    damaged: (fault) =>
      new TrunklineError("invalid_request", `The tokenizer file ${file} cannot be used: ${fault}.`, {
        whatToDo: "Get it again from where the model is published, and compare its size.",
      }),
    unsupported: (need) =>
      new TrunklineError("invalid_request", `The tokenizer file ${file} needs ${need}, which is not supported.`, {
        whatToDo: "Count without the file: the model's tokens are then estimated.",
      }),
  };
}

/** A text of the file inside a message: short, on one line. */
export function shown(text: string): string {
  const line = text.slice(0, 2 * longestShown).replace(/[\p{C}\p{Z}]+/gu, " ");
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line;
}

// What `pull` says while it works, and the words for it.
import { TrunklineError } from "../../canonical/error.js";

export interface PullProblem {
  readonly source: string;
  readonly sentence: string;
}

export interface PullItem {
  readonly label: string;
  readonly bytes: number;
  /** Of these, what an earlier run brought. */
  readonly presentBytes: number;
}

export type PullEvent =
  /** Another pull holds the lock. */
  | { readonly kind: "waiting"; readonly folder: string }
  | {
      readonly kind: "plan";
      readonly items: readonly PullItem[];
      /** On disk, for what isn't there yet. */
      readonly neededBytes: number;
      /** Undefined where the system won't say. */
      readonly freeBytes: number | undefined;
      readonly folder: string;
      /** The weights' sources in the order in which they are asked. */
      readonly sources: readonly string[];
    }
  | {
      readonly kind: "progress";
      /** What is being fetched, or from where, for people. */
      readonly label: string;
      /** What an earlier run brought included. */
      readonly receivedBytes: number;
      readonly totalBytes: number;
    }
  /** The same source is tried again. */
  | ({ readonly kind: "again" } & PullProblem)
  /** That source is given up. */
  | ({ readonly kind: "problem" } & PullProblem);

/** Decimal, as disks and networks are sold: `98.4 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const words: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full.",
  EDQUOT: "The disk's quota for this user is used up.",
  EROFS: "The disk is read-only.",
  EACCES: "The folder may not be written.",
  EPERM: "The folder may not be written.",
};

/** One sentence about whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (TrunklineError.is(error)) return error.sentence;
  if (!(error instanceof Error)) return "It failed without a reason.";
  if (error.name === "AbortError") return "It was stopped.";
  return words[diskTrouble(error) ?? ""] ?? (error.message === "" ? "It failed without a reason." : error.message);
}

/** The code of a failure of the disk, which no other source mends. */
export function diskTrouble(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && code in words ? code : undefined;
}

// How an answer of the Responses dialect ended: a status, and a reason where it is incomplete. Mapped here, both ways.
import type { Finish, FinishReason } from "../../canonical/finish.js";
import { isObject, type JsonObject, text } from "../../canonical/json.js";

export interface Ending {
  readonly status: "completed" | "incomplete" | "failed";
  /** `incomplete_details.reason`. */
  readonly reason?: "max_output_tokens" | "content_filter";
}

const endings: Readonly<Record<FinishReason, Ending>> = {
  stop: { status: "completed" },
  "tool-calls": { status: "completed" },
  length: { status: "incomplete", reason: "max_output_tokens" },
  "content-filter": { status: "incomplete", reason: "content_filter" },
  error: { status: "failed" },
  other: { status: "completed" },
};

export function endingOf(finish: Finish | undefined): Ending {
  return endings[finish?.reason ?? "other"];
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ["max_output_tokens", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content-filter"],
]);

/** Undefined while the answer is not complete. @param calls function calls that the answer holds. */
export function readFinish(response: JsonObject, calls: number): Finish | undefined {
  switch (response.status) {
    case "queued":
    case "in_progress":
      return undefined;
    case "incomplete": {
      const details = isObject(response.incomplete_details) ? response.incomplete_details : {};
      const reason = text(details.reason);
      return { reason: reasons.get(reason ?? "") ?? "other", native: reason ?? "incomplete" };
    }
    default:
      return { reason: calls > 0 ? "tool-calls" : "stop", native: text(response.status) ?? "completed" };
  }
}

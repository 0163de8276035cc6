// One line per thing that happened, for people and for machines. The types of an Observation leave no room for a prompt or a secret.
import type { Observation, Observer } from "../canonical/observer.js";

export type LogLevel = "all" | "trouble" | "nothing";

/** @param write takes a whole line. */
export function createLog(level: LogLevel, write: (line: string) => void): Observer {
  if (level === "nothing") return () => {};
  return (observation) => {
    if (observation.type !== "trouble" && level !== "all") return;
    write(`${lineOf(observation)}\n`);
  };
}

function lineOf(observation: Observation): string {
  switch (observation.type) {
    case "refused":
      return `refused ${observation.status} ${observation.code} ${JSON.stringify(observation.path)}`;
    case "settled":
      return `${observation.ending} ${observation.status} ${observation.id} ${JSON.stringify(observation.model)} by ${observation.provider ?? "nobody"} in ${Math.round(observation.totalMs)} ms`;
    case "trouble":
      return `trouble: ${observation.sentence} (${observation.where})`;
  }
}

// A pattern as a list of steps: take a character, look at one, try two ways in order, done.
import type { FileFaults } from "../tokenizer-fault.js";
import type { CharacterSet, Look, PatternNode } from "./node.js";

export type Step =
  | { readonly kind: "take"; readonly set: number; readonly next: number }
  | { readonly kind: "look"; readonly look: Look; readonly set: number; readonly next: number }
  | { readonly kind: "either"; readonly first: number; readonly second: number }
  | { readonly kind: "done" };

export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
  /** The different sets of characters that the steps ask for, by number. */
  readonly sets: readonly CharacterSet[];
  /** Whether a step asks for the character before. */
  readonly looksBack: boolean;
}

const mostSteps = 5_000;

/** Written from the end to the start, so that each step knows the one that follows. */
export function programOf(node: PatternNode, faults: FileFaults): Program {
  const steps: Step[] = [{ kind: "done" }];
  const sets = new Map<string, { readonly number: number; readonly set: CharacterSet }>();
  let looksBack = false;

  const add = (step: Step): number => {
    if (steps.length >= mostSteps) throw faults.unsupported(`a pattern of more than ${mostSteps} steps`);
    return steps.push(step) - 1;
  };
  const numberOf = (set: CharacterSet): number => {
    const key = `${set.ignoreCase ? "i" : ""}${set.source}`;
    const known = sets.get(key) ?? { number: sets.size, set };
    sets.set(key, known);
    return known.number;
  };
  const write = (part: PatternNode, next: number): number => {
    switch (part.kind) {
      case "set":
        return add({ kind: "take", set: numberOf(part.set), next });
      case "look":
        if (part.look.side === "before") looksBack = true;
        return add({ kind: "look", look: part.look, set: numberOf(part.look.set), next });
      case "sequence":
        return part.items.reduceRight((following, item) => write(item, following), next);
      case "choice":
        return part.options
          .map((option) => write(option, next))
          .reduceRight((second, first) => add({ kind: "either", first, second }));
      case "repeat":
        return writeRepeat(part, next);
    }
  };
  const fork = (again: number, leave: number, lazy: boolean): Step =>
    lazy ? { kind: "either", first: leave, second: again } : { kind: "either", first: again, second: leave };
  const writeRepeat = (part: Extract<PatternNode, { kind: "repeat" }>, next: number): number => {
    let entry = next;
    if (part.most === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: "done" });
      steps[loop] = fork(write(part.item, loop), next, part.lazy);
      entry = loop;
    } else {
      for (let extra = part.least; extra < part.most; extra++)
        entry = add(fork(write(part.item, entry), next, part.lazy));
    }
    for (let needed = 0; needed < part.least; needed++) entry = write(part.item, entry);
    return entry;
  };

  const start = write(node, 0);
  return { steps, start, sets: [...sets.values()].map((entry) => entry.set), looksBack };
}

// What of a conversation stays or goes as one: a question with its plain answer, a tool call with its results.
import type { MessageShape } from "../canonical/message-shape.js";

/** Indexes of the messages that stay or go together, in order. */
export type Unit = readonly number[];

/**
 * Instructions are in no unit: they stay. A call and all that answers it are one unit, with whatever stands between
 * them; so is a user's message and the plain answer right after it, which keeps the roles taking turns. Ids that come
 * twice mean the nearest call before the result, as some hosts count their calls from 0 in each answer. Linear.
 */
export function unitsOf(shapes: readonly MessageShape[]): readonly Unit[] {
  const order = [...shapes.keys()].filter((index) => shapes[index]?.role !== "system");
  /** Where units begin, as positions in `order`; and where the call with an id was last made. */
  const starts: number[] = [];
  const calledAt = new Map<string, number>();
  for (const [position, index] of order.entries()) {
    const shape = shapes[index];
    if (shape === undefined) continue;
    if (!answersPlainly(shape, shapes[order[position - 1] ?? -1])) starts.push(position);
    for (const id of shape.answers) {
      const call = calledAt.get(id);
      while (call !== undefined && (starts.at(-1) ?? 0) > call) starts.pop();
    }
    for (const id of shape.calls) calledAt.set(id, position);
  }
  return starts.map((start, unit) => order.slice(start, starts[unit + 1]));
}

function answersPlainly(shape: MessageShape, before: MessageShape | undefined): boolean {
  return shape.role === "assistant" && shape.calls.length === 0 && before?.role === "user";
}

/**
 * Which units stay where all together may weigh `budget`: those that `stays` names, whatever they weigh, and of the
 * others as many from both ends as fit, so that what goes is the middle. The end with less in it is filled first, the
 * newer one where both are alike.
 */
export function keepEnds(
  units: readonly Unit[],
  stays: (unit: Unit) => boolean,
  weigh: (unit: Unit) => number,
  budget: number,
): readonly Unit[] {
  let left = budget;
  for (const unit of units) if (stays(unit)) left -= weigh(unit);
  const kept = new Set<Unit>();
  let [low, high] = [0, units.length - 1];
  let [old, young] = [0, 0];
  let [oldIsFull, youngIsFull] = [false, false];
  while (low <= high && !(oldIsFull && youngIsFull)) {
    const fromOld = youngIsFull || (!oldIsFull && old < young);
    const unit = units[fromOld ? low : high];
    if (unit === undefined) break;
    const weight = stays(unit) ? 0 : weigh(unit);
    if (weight > left) {
      if (fromOld) oldIsFull = true;
      else youngIsFull = true;
      continue;
    }
    if (!stays(unit)) kept.add(unit);
    left -= weight;
    if (fromOld) {
      old += weight;
      low++;
    } else {
      young += weight;
      high--;
    }
  }
  return units.filter((unit) => stays(unit) || kept.has(unit));
}

// What becomes of one endpoint: of all that the sources say, what is taken, what is held back, and where they contradict.
import { priceOn } from "../catalog.js";
import type { DatedPrice, ModelEndpoint } from "../model.js";
import type { Change, Conflict, EndpointName, Refusal, Subject } from "./difference.js";
import type { ModelFact } from "./facts.js";
import {
  isTooFar,
  joinPrice,
  movesTooFar,
  type PriceDifference,
  priceDifferences,
  samePrice,
  undated,
  unrounded,
  withPrice,
} from "./prices.js";

export interface Said {
  readonly source: string;
  /** The provider speaks for itself. */
  readonly own: boolean;
  readonly fact: ModelFact;
}

export interface Question {
  readonly name: EndpointName;
  /** Undefined: the endpoint is new. */
  readonly old: ModelEndpoint | undefined;
  /** In order of precedence. */
  readonly said: readonly Said[];
  readonly day: string;
  /** The owner accepts moves however far. */
  readonly accepted: boolean;
  /** Subjects on which a better source, which is silent this time, was believed before: they stay as they are. */
  readonly settled: ReadonlySet<Subject>;
}

export interface Decision {
  readonly endpoint: ModelEndpoint;
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  readonly refused: readonly Refusal[];
}

/** Apart by more than this, two sources contradict; below it one of them has rounded. */
const tolerancePercent = 1;

export function decide(question: Question): Decision {
  const price = decidePrice(question);
  const window = decideLimit(question, "windowTokens");
  const output = decideLimit(question, "maxOutputTokens");
  const endpoint: ModelEndpoint = {
    provider: question.name.provider,
    model: question.name.name,
    prices: price.value,
    ...(window.value === undefined ? {} : { windowTokens: window.value }),
    ...(output.value === undefined ? {} : { maxOutputTokens: output.value }),
  };
  const parts = [price, window, output];
  return {
    endpoint,
    changes: parts.flatMap((part) => part.changes),
    conflicts: parts.flatMap((part) => part.conflicts),
    refused: parts.flatMap((part) => part.refused),
  };
}

interface Part<Value> {
  readonly value: Value;
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  readonly refused: readonly Refusal[];
}

interface Priced {
  readonly source: string;
  readonly own: boolean;
  readonly price: DatedPrice;
  readonly history: readonly DatedPrice[];
}

function decidePrice({ name, old, said, day, accepted, settled }: Question): Part<readonly DatedPrice[]> {
  const before = old?.prices ?? [];
  const keep = { value: before, changes: [], conflicts: [], refused: [] };
  const priced = said.flatMap(({ source, own, fact }): Priced[] => {
    const history = (fact.prices ?? []).filter((price) => price.from === undefined || price.from <= day);
    const price = history.at(-1);
    return price === undefined ? [] : [{ source, own, price: undated(price), history }];
  });
  const [first, ...others] = priced;
  if (first === undefined || settled.has("price")) return keep;
  const now = old && priceOn(old, day);
  const finer = [...(now === undefined ? [] : [undated(now)]), ...others.map(({ price }) => price)];
  const best = first.own ? first : { ...first, price: finer.reduce(unrounded, first.price) };
  const conflicts = priceConflicts(name, best, others);
  const agreeing = others.filter(({ price }) => priceDifferences(best.price, price, tolerancePercent).length === 0);
  const joined = agreeing.reduce((price, other) => joinPrice(price, other.price), best.price);
  if (now === undefined) {
    const history = before.length > 0 ? withPrice(before, joined, day) : wholeHistory(joined, [best, ...agreeing]);
    const change: Change = { kind: "price", ...name, source: best.source, from: undefined, to: joined };
    return { value: history, changes: old === undefined ? [] : [change], conflicts, refused: [] };
  }
  const to = nextPrice(now, joined);
  if (samePrice(now, to)) return { ...keep, conflicts };
  const move = { ...name, source: best.source, from: undated(now), to };
  if (movesTooFar(now, to) && !accepted) return { ...keep, conflicts, refused: [{ subject: "price", ...move }] };
  return { value: withPrice(before, to, day), changes: [{ kind: "price", ...move }], conflicts, refused: [] };
}

/** For an endpoint without any price: the longest history of those that agree on today's price. */
function wholeHistory(price: DatedPrice, agreeing: readonly Priced[]): readonly DatedPrice[] {
  const [longest] = agreeing.map(({ history }) => history).sort((a, b) => b.length - a.length);
  const last = longest?.at(-1);
  return [...(longest?.slice(0, -1) ?? []), last?.from === undefined ? price : { from: last.from, ...price }];
}

/**
 * The price from now on. What the sources are silent on stays as it is, but cache prices do not outlive the input price
 * that they went with: without one, cached input costs what input costs.
 */
function nextPrice(now: DatedPrice, said: DatedPrice): DatedPrice {
  const old = undated(now);
  if (priceDifferences(old, said, 0).length === 0) return joinPrice(old, said);
  const sameSteps = (old.above?.length ?? 0) === (said.above?.length ?? 0);
  return old.inputPicoUsd === said.inputPicoUsd && sameSteps ? joinPrice(said, old) : said;
}

function priceConflicts(name: EndpointName, best: Priced, others: readonly Priced[]): readonly Conflict[] {
  const byField = new Map<string, { source: string; value: number | string }[]>();
  for (const { source, price } of others)
    for (const { field, values } of priceDifferences(best.price, price, tolerancePercent))
      byField.set(field, [...(byField.get(field) ?? firstValue(best.source, values)), { source, value: values[1] }]);
  return [...byField].map(([field, values]) => ({ ...name, subject: "price", field, taken: best.source, values }));
}

const firstValue = (source: string, values: PriceDifference["values"]) => [{ source, value: values[0] }];

function decideLimit(
  { name, old, said, accepted, settled }: Question,
  subject: "windowTokens" | "maxOutputTokens",
): Part<number | undefined> {
  const from = old?.[subject];
  const keep = { value: from, changes: [], conflicts: [], refused: [] };
  const values = said.flatMap(({ source, fact }) => {
    const value = fact[subject];
    return value === undefined ? [] : [{ source, value }];
  });
  const [best] = values;
  if (best === undefined || settled.has(subject)) return keep;
  const to = best.value;
  const apart = values.some(({ value }) => value !== to);
  const conflicts: Conflict[] = apart ? [{ ...name, subject, field: subject, taken: best.source, values }] : [];
  if (from === to) return { ...keep, conflicts };
  if (from !== undefined && isTooFar(from, to) && !accepted)
    return { ...keep, conflicts, refused: [{ ...name, source: best.source, subject, from, to }] };
  const change: Change = { kind: subject, ...name, source: best.source, from, to };
  return { value: to, changes: old === undefined ? [] : [change], conflicts, refused: [] };
}

// One request counted for many models: those that read it alike share a count, so that ten prices cost one look at the text.
import type { Request } from "../../canonical/request.js";
import type { TextMeter } from "../../tokens/meter.js";
import type { RequestRules } from "../../tokens/request/rules.js";
import { rulesFor } from "../../tokens/request/rules-for.js";
import type { ModelCount, RequestCounter } from "../../tokens/request-counter.js";

export function createCountOnce(counter: RequestCounter, request: Request): (model: string) => Promise<ModelCount> {
  const known = new Map<TextMeter, Map<RequestRules, ModelCount>>();
  return async (model) => {
    const meter = await counter.meterFor(model);
    // What was learnt of a model is its own.
    if (meter.method !== "exact" && counter.corrections.factor(model) !== 1) return counter.soon(request, model);
    const byRules = known.get(meter) ?? new Map<RequestRules, ModelCount>();
    known.set(meter, byRules);
    const rules = rulesFor(model);
    const count = byRules.get(rules) ?? (await counter.soon(request, model));
    byRules.set(rules, count);
    return count;
  };
}

// Normalizers, pre-tokenizers and decoders of a tokenizer.json: objects with a `type`, some with others inside.
// Counted and bounded here, for all three.
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import { limits } from "./limits.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";

export interface Stage {
  readonly type: string;
  readonly fields: JsonObject;
}

/** Changes a text. It is well-formed. */
export type Normalizer = (text: string) => string;

/** The stages in order, those of a `Sequence` in its place; none where the field is missing or null. */
export function stagesOf(value: Json | undefined, kind: string, faults: FileFaults): readonly Stage[] {
  const stages: Stage[] = [];
  const visit = (part: Json | undefined, depth: number): void => {
    const type = isObject(part) ? text(part.type) : undefined;
    if (!isObject(part) || type === undefined) throw faults.damaged(`its ${kind} has no type`);
    if (depth > limits.stageDepth || stages.length >= limits.stages)
      throw faults.damaged(`its ${kind} has too many parts inside each other`);
    if (type !== "Sequence") {
      stages.push({ type, fields: part });
      return;
    }
    const inside = part.normalizers ?? part.pretokenizers ?? part.decoders;
    if (!isArray(inside)) throw faults.damaged(`its ${kind} is a sequence of nothing`);
    for (const item of inside) visit(item, depth + 1);
  };
  if (value !== undefined && value !== null) visit(value, 0);
  return stages;
}

export function textField(stage: Stage, name: string, faults: FileFaults, otherwise?: string): string {
  const found = stage.fields[name] ?? otherwise;
  if (typeof found !== "string") throw faults.damaged(`${shown(stage.type)} has no ${name}`);
  return found;
}

export function flag(stage: Stage, name: string, otherwise: boolean): boolean {
  const found = stage.fields[name];
  return typeof found === "boolean" ? found : otherwise;
}

/** `{"String": …}` or `{"Regex": …}`; a bare string is the first. */
export function patternField(stage: Stage, faults: FileFaults): { readonly regex: boolean; readonly source: string } {
  const pattern = stage.fields.pattern;
  if (typeof pattern === "string") return { regex: false, source: pattern };
  const literal = isObject(pattern) ? text(pattern.String) : undefined;
  if (literal !== undefined) return { regex: false, source: literal };
  const regex = isObject(pattern) ? text(pattern.Regex) : undefined;
  if (regex === undefined) throw faults.damaged(`${shown(stage.type)} has no pattern`);
  return { regex: true, source: regex };
}

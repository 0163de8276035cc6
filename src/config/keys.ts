// Which keys may stand where in trunkline.yaml, read off the schema: for "did you mean".
import { z } from "zod";
import { configSchema } from "./schema.js";

export function keysAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  let at: z.core.$ZodType = configSchema;
  for (const step of path) {
    const next = inside(unwrap(at), String(step));
    if (next === undefined) return undefined;
    at = next;
  }
  const here = unwrap(at);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function inside(schema: z.core.$ZodType, step: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodObject) return schema.shape[step];
  return undefined;
}

// The settings of this room in trunkline.yaml: one entry under `providers`, a new row or an override of a known one.
import { z } from "zod";
import { dialectNames } from "../dialects/dialect.js";

/** Dialects that a provider row may name today. */
const built = new Set(["openai-chat", "openai-responses", "anthropic-messages", "gemini"]);

const dialect = z.enum(dialectNames).refine((name) => built.has(name), {
  error: (issue) => `"${issue.input}" comes in a later version; today a provider may speak ${[...built].join(" or ")}`,
});

const baseUrl = z.string().refine((value) => /^https?:\/\/[^\s/?#@]+[^\s?#@]*$/.test(value), {
  error: 'a base URL looks like "https://api.example.com/v1", without query or credentials',
});

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)]);

export const providerOptions = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  dialect: z.union([dialect, z.array(dialect).min(1)]).optional(),
  baseUrl: baseUrl.optional(),
  apiKey: oneOrMore(z.string().min(1)).optional(),
  authentication: z
    .union([z.enum(["bearer", "none"]), z.strictObject({ header: z.string().regex(/^[a-z0-9-]+$/i) })])
    .optional(),
});

export type ProviderOptions = z.infer<typeof providerOptions>;

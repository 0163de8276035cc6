// trunkline.yaml as one schema, joined from the rooms' own.
import { z } from "zod";
import { capacityOptions, keyOptions } from "../admission/options.js";
import { providerOptions } from "../catalog/options.js";
import { modelOptions } from "../routing/options.js";
import { bodyBytesOptions, drainOptions, hostOptions, listenOptions } from "../server/options.js";
import { localOptions, timeoutOptions } from "../upstream/options.js";

const providerId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "a provider's name has small letters, digits, `.`, `_`, `-`");

export const configSchema = z.strictObject({
  listen: listenOptions.optional(),
  data: z.string().min(1).optional(),
  keys: keyOptions.optional(),
  hosts: hostOptions.optional(),
  providers: z.record(providerId, providerOptions).optional(),
  models: z
    .record(z.string().min(1).max(256), z.strictObject({ ...modelOptions, timeoutMs: timeoutOptions.optional() }))
    .optional(),
  timeoutMs: timeoutOptions.optional(),
  limits: capacityOptions.extend({ bodyBytes: bodyBytesOptions.optional() }).optional(),
  local: localOptions.optional(),
  drainMs: drainOptions.optional(),
});

export type ConfigFile = z.infer<typeof configSchema>;

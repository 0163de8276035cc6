// The settings of this room in trunkline.yaml: `timeoutMs` and `local`.
import { z } from "zod";

const milliseconds = z.int().min(1).max(86_400_000);

export const timeoutOptions = z.strictObject({
  connect: milliseconds.optional(),
  firstToken: milliseconds.optional(),
  idle: milliseconds.optional(),
  total: milliseconds.optional(),
});

/** The local model's slots and queue. */
export const localOptions = z.strictObject({
  slots: z.int().min(1).max(16).optional(),
  waiting: z.int().min(0).max(1_000).optional(),
  waitMs: z.int().min(0).max(600_000).optional(),
});

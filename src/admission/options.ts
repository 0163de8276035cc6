// The settings of this room in trunkline.yaml: `keys` and `limits`.
import { z } from "zod";

export const keyOptions = z.array(z.string().min(8, "a key has at least 8 characters")).max(10_000);

export const capacityOptions = z.strictObject({
  inFlight: z.int().min(1).max(1_000_000).optional(),
  waiting: z.int().min(0).max(1_000_000).optional(),
  waitMs: z.int().min(0).max(600_000).optional(),
});

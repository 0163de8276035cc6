// The settings of this room in trunkline.yaml: `timeoutMs`.
import { z } from "zod";

const milliseconds = z.int().min(1).max(86_400_000);

export const timeoutOptions = z.strictObject({
  connect: milliseconds.optional(),
  firstToken: milliseconds.optional(),
  idle: milliseconds.optional(),
  total: milliseconds.optional(),
});

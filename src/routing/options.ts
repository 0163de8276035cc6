// The settings of this room in trunkline.yaml: `models`, by the name that a client asks for.
import { z } from "zod";
import { picoUsdPerToken } from "../canonical/money.js";

const usdPerMTok = z
  .string({ error: 'write a price as a quoted decimal of US dollars per million tokens: "0.2"' })
  .transform((decimal, context) => {
    const picoUsd = picoUsdPerToken(decimal);
    if (picoUsd !== undefined) return picoUsd;
    context.addIssue(`"${decimal}" is not a decimal of US dollars per million tokens, such as "0.2"`);
    return z.NEVER;
  });

export const priceOptions = z.strictObject({
  inputUsdPerMTok: usdPerMTok,
  outputUsdPerMTok: usdPerMTok,
  cacheReadUsdPerMTok: usdPerMTok.optional(),
  cacheWriteUsdPerMTok: usdPerMTok.optional(),
});

/** Fields of one entry under `models:`; the joiner adds `timeoutMs`, which belongs to another room. */
export const modelOptions = {
  try: z.array(z.string().min(1)).min(1).max(20).optional(),
  windowTokens: z.int().min(1).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  price: priceOptions.optional(),
  tokenizer: z.string().min(1).optional(),
};

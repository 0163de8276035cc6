// Gemini's generations differ in what the API takes from them; the model's name says which one it is.

export interface Generation {
  /** Thinks for as many tokens as the request says (2.5): at least and at most so many; `off` where it can be told not to. */
  readonly budget: { readonly least: number; readonly most: number; readonly canBeOff: boolean } | undefined;
  /** Thinks as hard as a level says (from 3 on), from the least to the most. */
  readonly levels: readonly string[] | undefined;
  /** Refuses a call that comes back without the signature that was on it (from 3 on). */
  readonly demandsSignatures: boolean;
  /** Takes images and files inside the result of a call (from 3 on). */
  readonly mediaInResults: boolean;
  /** Keeps to a JSON schema in the answer while it has functions to call (from 3 on). */
  readonly formatWithTools: boolean;
  /** Keeps to the schemas of functions when asked: the mode VALIDATED (from 2.5 on). */
  readonly validates: boolean;
}

/**
 * A name without a version counts as the newest.
 * Source: https://ai.google.dev/gemini-api/docs/thinking#levels-budgets
 */
export function generationOf(model: string): Generation {
  const name = model.toLowerCase();
  const match = /gemini-(\d{1,2})(?:[-.](\d{1,2})(?!\d))?(?!\d)/.exec(name);
  // 2.5 is 205: versions compare as whole numbers.
  const version = match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * 100 + Number(match[2] ?? 0);
  const isPro = /\bpro\b/.test(name);
  return {
    budget: version === 205 ? budgetOf(name, isPro) : undefined,
    levels: version >= 300 ? levelsOf(version, isPro) : undefined,
    demandsSignatures: version >= 300,
    mediaInResults: version >= 300,
    formatWithTools: version >= 300,
    validates: version >= 205,
  };
}

function budgetOf(name: string, isPro: boolean): Generation["budget"] {
  if (isPro) return { least: 128, most: 32_768, canBeOff: false };
  return { least: /\blite\b/.test(name) ? 512 : 1, most: 24_576, canBeOff: true };
}

function levelsOf(version: number, isPro: boolean): readonly string[] {
  if (!isPro) return ["minimal", "low", "medium", "high"];
  return version === 300 ? ["low", "high"] : ["low", "medium", "high"];
}

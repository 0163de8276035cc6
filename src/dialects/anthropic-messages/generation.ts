// Claude's generations differ in what the Messages API takes from them; the model's name says which one it is.

export interface Generation {
  /** Thinks within a budget of tokens that the request sets (until 4.6). */
  readonly budget: boolean;
  /** Decides itself how long to think, guided by an effort (from 4.6 on). */
  readonly adaptive: boolean;
  /** Takes temperature, top_p and top_k (until 4.6). */
  readonly sampling: boolean;
  /** Takes temperature and top_p together (until 4.0). */
  readonly bothSamplings: boolean;
  /** Keeps to a JSON schema: `output_config.format` and strict tools (from 4.5 on). */
  readonly schemas: boolean;
  /** Knows the effort `xhigh` (from 4.7 on). */
  readonly highestEffort: boolean;
}

/** A name without a version counts as the newest. */
export function generationOf(model: string): Generation {
  const match = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2})(?!\d))?(?!\d)/.exec(model);
  // 4.6 is 406: versions compare as whole numbers.
  const version = match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * 100 + Number(match[2] ?? 0);
  return {
    budget: version <= 406,
    adaptive: version >= 406,
    sampling: version <= 406,
    bothSamplings: version <= 400,
    schemas: version >= 405,
    highestEffort: version >= 407,
  };
}

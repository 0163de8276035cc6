// Reasoning effort as a word and as a budget in tokens, where one side of a translation knows only the other.

const budgets: readonly (readonly [effort: string, budgetTokens: number])[] = [
  ["minimal", 1024],
  ["low", 2048],
  ["medium", 8192],
  ["high", 24_576],
];

/** The nearest word that grants at least the budget. */
export function effortOfBudget(budgetTokens: number): string {
  return budgets.find(([, tokens]) => budgetTokens <= tokens)?.[0] ?? "high";
}

/** Tokens for a word; unknown and stronger words get the largest budget. */
export function budgetOfEffort(effort: string): number {
  return budgets.find(([word]) => word === effort)?.[1] ?? 32_768;
}

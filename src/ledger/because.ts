// The reason of a failure as text, whatever was thrown.

export function because(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The receipt: what translation changed, field by field. Nothing vanishes without a line here.

export interface ReceiptNote {
  /** The field as the client named it: `top_k`, `messages[2].name`. */
  readonly field: string;
  readonly action: "renamed" | "clamped" | "emulated" | "dropped";
  readonly why: string;
}

/** A summary of at most `maxBytes` (law 1: 1 KB) for the header `x-trunkline-receipt`: printable ASCII only. */
export function receiptSummary(notes: readonly ReceiptNote[], maxBytes = 1024): string {
  const parts: string[] = [];
  let length = 0;
  for (const [index, note] of notes.entries()) {
    const part = `${note.action} ${note.field}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
    const rest = `; +${notes.length - index} more`;
    if (length + part.length + 2 + rest.length > maxBytes) return parts.join("; ") + rest;
    parts.push(part);
    length += part.length + 2;
  }
  return parts.join("; ");
}

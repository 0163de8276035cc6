// Text for a terminal: colour only where it is wanted, no control characters from a model, words wrapped to a width.
import type { Writable } from "node:stream";
import type { Environment } from "../config/environment.js";

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
}

/** Colour on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function isColoured(stream: Writable & { readonly isTTY?: boolean }, environment: Environment): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? "") === "" && environment.TERM !== "dumb";
}

export function paintFor(stream: Writable & { readonly isTTY?: boolean }, environment: Environment): Paint {
  const coloured = isColoured(stream, environment);
  const with_ = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: with_(1), dim: with_(2), red: with_(31) };
}

/** A model's text could move the cursor or set the title: only newlines and tabs pass. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (control) => (/[\n\t]/.test(control) ? control : ""));
}

/** For `--json`: JSON leaves DEL and the C1 control characters as they are, and terminals obey those too. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replace(/[\u007f-\u009f]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`)}\n`;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\uff00-\uff60]/u;

/** Columns that a text takes: two for East Asian characters and emoji, none for marks that combine. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{Mn}|\u200d|\ufe0f/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Cuts to a width, with a mark where something is gone. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of at most `width` columns; words that are longer are broken. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      let rest = word;
      if (line !== "" && widthOf(line) + 1 + widthOf(rest) <= width) {
        line += ` ${rest}`;
        continue;
      }
      if (line !== "") lines.push(line);
      while (widthOf(rest) > width) {
        let part = "";
        for (const character of rest) {
          if (part !== "" && widthOf(part + character) > width) break;
          part += character;
        }
        lines.push(part);
        rest = rest.slice(part.length);
      }
      line = rest;
    }
    lines.push(line);
    return lines;
  });
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A table without frames; the first column gives way where the terminal is narrow. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ""))),
  );
  const total = widths.reduce((sum, one) => sum + one + 2, -2);
  if (total > width && widths[0] !== undefined) widths[0] = Math.max(16, widths[0] - (total - width));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = clip(cells[index] ?? "", widths[index] ?? 0);
        const space = " ".repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)));
        return align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return `${[line(columns.map(({ title }) => title)), ...rows.map(line)].join("\n")}\n`;
}

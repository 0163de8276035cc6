// A text split into its tokens: in alternating colours with the ids below on a terminal, as `[id]text` for everything else.
import { once } from "node:events";
import { type TextPiece, textPieces } from "../tokens/text-pieces.js";
import type { SpecialTokens, Tokenizer } from "../tokens/tokenizer.js";
import type { Io } from "./io.js";
import { isColoured, widthOf } from "./terminal.js";

/** @param signal ends it early: the reader has gone, or Ctrl-C. */
export async function showTokens(
  io: Io,
  tokenizer: Tokenizer,
  text: string,
  special: SpecialTokens,
  signal: AbortSignal,
): Promise<void> {
  const lines = isColoured(io.stdout, io.environment) ? inColours(io.stdout.columns || usualWidth) : plain();
  for (const batch of textPieces(tokenizer, text, special)) {
    await write(io, lines.add(batch), signal);
    signal.throwIfAborted();
  }
  await write(io, lines.end(), signal);
}

interface Lines {
  add(pieces: readonly TextPiece[]): string;
  end(): string;
}

const usualWidth = 80;

async function write(io: Io, text: string, signal: AbortSignal): Promise<void> {
  if (text !== "" && !io.stdout.write(text)) await once(io.stdout, "drain", { signal });
}

function plain(): Lines {
  let isLineOpen = false;
  return {
    add(pieces) {
      let out = "";
      for (const piece of pieces) {
        const shown = visible(piece);
        isLineOpen = !endsLine(piece);
        out += `[${piece.id}]${shown}${isLineOpen ? "" : "\n"}`;
      }
      return out;
    },
    end: () => (isLineOpen ? "\n" : ""),
  };
}

/** Black on cyan, yellow, green, magenta. */
const colours = [46, 43, 42, 45];

function inColours(width: number): Lines {
  let texts = "";
  let ids = "";
  let used = 0;
  let count = 0;
  const flush = () => {
    const line = used === 0 ? "" : `${texts.trimEnd()}\n\u001b[2m${ids.trimEnd()}\u001b[0m\n`;
    texts = "";
    ids = "";
    used = 0;
    return line;
  };
  return {
    add(pieces) {
      let out = "";
      for (const piece of pieces) {
        const shown = visible(piece);
        const id = String(piece.id);
        const own = widthOf(shown);
        const cell = Math.max(own, id.length) + 1;
        if (used + cell - 1 > width) out += flush();
        texts += `\u001b[30;${colours[count++ % colours.length]}m${shown}\u001b[0m${" ".repeat(cell - own)}`;
        ids += id.padEnd(cell);
        used += cell;
        if (endsLine(piece)) out += flush();
      }
      return out;
    },
    end: flush,
  };
}

const endsLine = ({ text }: TextPiece) => text?.includes("\n") === true;

/** What would steer the terminal, or cannot be seen, gets a picture or its number. */
function visible({ text, hex }: TextPiece): string {
  if (text === undefined) return `<${hex ?? ""}>`;
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, pictureOf);
  // A mark that combines would go to the token before it.
  return /^\p{M}/u.test(shown) ? `\u25cc${shown}` : shown;
}

function pictureOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

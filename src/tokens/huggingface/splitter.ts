// How a text is cut into pieces where something was found in it: the five behaviours of Hugging Face's `Split`.
// https://huggingface.co/docs/tokenizers/api/pre-tokenizers

export type SplitBehavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

export const splitBehaviors: readonly SplitBehavior[] = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
];

/** Takes a piece; `isFirst` where the text begins with it. */
export type PieceVisitor = (piece: string, isFirst: boolean) => void;

/** Cuts a piece and hands the parts on, none of them empty. */
export type Splitter = (piece: string, isFirst: boolean, visit: PieceVisitor) => void;

/** Calls `visit` for all that is found in a text, from left to right. */
export type Finder = (text: string, visit: (start: number, end: number) => void) => void;

export function splitterOf(find: Finder, behavior: SplitBehavior, invert = false): Splitter {
  return (piece, isFirst, visit) => {
    const cut = cutters[behavior]((start, end) => {
      if (end > start) visit(piece.slice(start, end), isFirst && start === 0);
    });
    let done = 0;
    find(piece, (start, end) => {
      if (start > done) cut.span(done, start, invert);
      cut.span(start, end, !invert);
      done = end;
    });
    if (done < piece.length) cut.span(done, piece.length, invert);
    cut.close();
  };
}

export function findText(sought: string): Finder {
  return (text, visit) => {
    if (sought === "") return;
    for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length))
      visit(at, at + sought.length);
  };
}

interface Cutter {
  /** Spans come in order and cover the text. */
  span(start: number, end: number, isMatch: boolean): void;
  close(): void;
}

type Cut = (start: number, end: number) => void;

/** Keeps one piece open: each span is joined to it or opens the next. */
function joining(cut: Cut, joins: (isMatch: boolean, wasMatch: boolean | undefined) => boolean): Cutter {
  let from = 0;
  let to = 0;
  let wasMatch: boolean | undefined;
  return {
    span(start, end, isMatch) {
      if (wasMatch === undefined || !joins(isMatch, wasMatch)) {
        cut(from, to);
        from = start;
      }
      to = end;
      wasMatch = isMatch;
    },
    close: () => cut(from, to),
  };
}

const cutters: Readonly<Record<SplitBehavior, (cut: Cut) => Cutter>> = {
  Isolated: (cut) => ({ span: cut, close: () => undefined }),
  Removed: (cut) => ({
    span: (start, end, isMatch) => {
      if (!isMatch) cut(start, end);
    },
    close: () => undefined,
  }),
  Contiguous: (cut) => joining(cut, (isMatch, wasMatch) => isMatch === wasMatch),
  MergedWithPrevious: (cut) => joining(cut, (isMatch, wasMatch) => isMatch && wasMatch === false),
  MergedWithNext: (cut) => joining(cut, (isMatch, wasMatch) => !isMatch && wasMatch === true),
};

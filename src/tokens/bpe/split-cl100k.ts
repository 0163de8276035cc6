// How cl100k_base splits a text before bytes are joined. The pattern is tiktoken's:
// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s
import {
  allButLast,
  apostrophe,
  blank,
  contractionEnd,
  kindAt,
  lastEnd,
  letters,
  newlines,
  numbers,
  runEnd,
  type Splitter,
  symbols,
  threeNumbers,
  whiteSpace,
  widthOf,
} from "./scan.js";

export const splitCl100k: Splitter = (bytes, classes, at, end, blocks) => {
  const lead = bytes[at] ?? 0;
  if (lead === apostrophe) {
    const contracted = contractionEnd(bytes, at, end, true);
    if (contracted > at) return contracted;
  }
  const kind = kindAt(bytes, classes, at);
  const next = at + widthOf(lead);
  if ((kind & letters) !== 0) return runEnd(bytes, classes, next, end, letters, blocks);
  if ((kind & numbers) !== 0) return threeNumbers(bytes, classes, at, end);
  const nextKind = next < end ? kindAt(bytes, classes, next) : 0;
  if ((kind & newlines) === 0 && (nextKind & letters) !== 0) return runEnd(bytes, classes, next, end, letters, blocks);
  if ((kind & symbols) !== 0 || (lead === blank && (nextKind & symbols) !== 0))
    return runEnd(bytes, classes, runEnd(bytes, classes, next, end, symbols, blocks), end, newlines, blocks);
  const space = runEnd(bytes, classes, next, end, whiteSpace, blocks);
  if (space === end) return end;
  const line = lastEnd(bytes, classes, at, space, newlines, blocks);
  return line < 0 ? allButLast(bytes, at, space) : line;
};

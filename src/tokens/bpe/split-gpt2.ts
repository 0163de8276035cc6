// How r50k_base and p50k_base split a text before bytes are joined. The pattern is tiktoken's:
// '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
import {
  allButLast,
  apostrophe,
  blank,
  contractionEnd,
  kindAt,
  letters,
  numbers,
  runEnd,
  type Splitter,
  symbols,
  whiteSpace,
} from "./scan.js";

export const splitGpt2: Splitter = (bytes, classes, at, end, blocks) => {
  const lead = bytes[at];
  if (lead === apostrophe) {
    const contracted = contractionEnd(bytes, at, end, false);
    if (contracted > at) return contracted;
  }
  const first = lead === blank && at + 1 < end ? at + 1 : at;
  const kind = kindAt(bytes, classes, first);
  if ((kind & letters) !== 0) return runEnd(bytes, classes, first, end, letters, blocks);
  if ((kind & numbers) !== 0) return runEnd(bytes, classes, first, end, numbers, blocks);
  if ((kind & symbols) !== 0) return runEnd(bytes, classes, first, end, symbols, blocks);
  const space = runEnd(bytes, classes, at, end, whiteSpace, blocks);
  return space === end ? end : allButLast(bytes, at, space);
};

// A tokenizer out of its parts, whichever file they came from: added tokens, normalizer, pre-tokenizer, model, decoder.
import type { SpecialTokens, Tokenizer } from "../tokenizer.js";
import { type AddedToken, addedTokenFinder } from "./added-tokens.js";
import type { TokenDecoder } from "./decoders.js";
import type { Splitter } from "./splitter.js";
import type { Normalizer } from "./stage.js";
import { type PieceModel, TokenSink } from "./token-sink.js";
import type { FileFaults } from "./tokenizer-fault.js";
import { addToken, type Vocabulary } from "./vocabulary.js";

export interface FileTokenizer extends Tokenizer {
  /** Tokens that the file's template puts around a single text (beginning, end); `count` leaves them out. */
  readonly addedByTemplate: number;
}

export interface TokenizerParts {
  readonly name: string;
  /** The model's own tokens. Those of `added` that it lacks are put in. */
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  readonly normalizer: Normalizer | undefined;
  readonly split: Splitter;
  readonly model: PieceModel;
  readonly decoder: TokenDecoder;
  readonly addedByTemplate: number;
  readonly faults: FileFaults;
}

export function fileTokenizer(parts: TokenizerParts): FileTokenizer {
  const { vocabulary, added, normalizer, split, model, decoder, faults } = parts;
  for (const token of added) {
    if (!vocabulary.ids.has(token.content)) addToken(vocabulary, token.content, token.id, faults);
  }
  const addedById = new Map(added.map((token) => [token.id, token]));
  const normalize: Normalizer = normalizer ?? ((text) => text);
  const raw = addedTokenFinder(
    added.filter((token) => !token.normalized),
    (token) => token.content,
    faults,
  );
  const normalized = addedTokenFinder(
    added.filter((token) => token.normalized),
    (token) => normalize(token.content),
    faults,
  );

  const normalizedContent = new Map(
    added.filter((token) => token.normalized).map((token) => [token.id, normalize(token.content)]),
  );

  const run = (text: string, special: SpecialTokens, sink: TokenSink) => {
    const withSpecial = special === "as-tokens";
    const wholeText = wellFormed(text);
    const encodePiece = (piece: string) => model.encode(piece, sink);
    const encodeBetween = (part: string, isFirst: boolean) => split(part, isFirst, encodePiece);
    const encodeRaw = (part: string, isFirst: boolean) => {
      const clean = normalize(part);
      if (clean === "") return;
      if (normalized === undefined) return encodeBetween(clean, isFirst);
      normalized.split(clean, withSpecial, (start, end, token) => {
        if (token !== undefined) sink.add(token.id);
        else encodeBetween(clean.slice(start, end), isFirst && start === 0);
      });
    };
    if (wholeText === "") return;
    if (raw === undefined) return encodeRaw(wholeText, true);
    raw.split(wholeText, withSpecial, (start, end, token) => {
      if (token !== undefined) sink.add(token.id);
      else encodeRaw(wholeText.slice(start, end), start === 0);
    });
  };

  return {
    name: parts.name,
    vocabularySize: vocabulary.tokens.length,
    addedByTemplate: parts.addedByTemplate,
    count(text, special = "as-text") {
      const sink = new TokenSink();
      run(text, special, sink);
      return sink.count;
    },
    encode(text, special = "as-text") {
      const ids: number[] = [];
      run(text, special, new TokenSink(ids));
      return ids;
    },
    bytesOf(id) {
      const token = addedById.get(id);
      if (token !== undefined) return new TextEncoder().encode(token.content);
      const own = vocabulary.tokens[id];
      return own === undefined ? undefined : decoder.bytesOf(own);
    },
    decode(ids) {
      const tokens = ids.map((id) => normalizedContent.get(id) ?? vocabulary.tokens[id]);
      return decoder.decode(tokens.filter((token) => token !== undefined));
    },
  };
}

/** A lone surrogate becomes U+FFFD. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, "\ufffd") : text;
}

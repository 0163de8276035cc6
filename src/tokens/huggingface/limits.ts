// How large the parts of a tokenizer file may be. The largest published ones reach a fifth of this.

export const limits = {
  fileBytes: 64 * 1024 * 1024,
  /** Ids run from 0 to below this. */
  vocabulary: 2_000_000,
  merges: 4_000_000,
  addedTokens: 200_000,
  /** UTF-16 units of an added token, or of a piece that is searched for. */
  pieceUnits: 512,
  /** UTF-16 units of all pieces that are searched for. */
  trieUnits: 16_000_000,
  /** Normalizers, pre-tokenizers and decoders, each counted with those inside it. */
  stages: 64,
  stageDepth: 16,
  /** Characters or bytes of one piece that cannot be cut: it takes some 30 bytes of memory for each. */
  pieceSymbols: 32 * 1024 * 1024,
} as const;

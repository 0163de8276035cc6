// The tokens of what was counted, one by one, for people who want to see them: exact tokenizers only, and no more than a bound.
import { Buffer } from "node:buffer";
import type { Request } from "../../canonical/request.js";
import { type CountedPart, textsOf } from "../../tokens/request/request-texts.js";
import { rulesFor } from "../../tokens/request/rules-for.js";
import { knowsPlaces, mostUnitsAtOnce, type TextPiece, textPieces } from "../../tokens/text-pieces.js";
import { dayOf } from "../plan.js";
import type { QuoteParts, TokenCount } from "./quote-tokens.js";
import { quotedModel } from "./quoted-model.js";

export interface DetailedText {
  /** What of the request it belongs to; `text` where it is none. */
  readonly part: CountedPart | "text";
  /** Of UTF-8. */
  readonly bytes: number;
  /** In batches, made as they are asked for. */
  pieces(): Iterable<readonly TextPiece[]>;
}

export interface TokenDetail {
  /** Empty where they cannot be shown; then the notes say why. */
  readonly texts: readonly DetailedText[];
  readonly notes: readonly string[];
}

export interface TokenDetails {
  ofRequest(model: string, request: Request, count: TokenCount): Promise<TokenDetail>;
  ofText(model: string, text: string, count: TokenCount): Promise<TokenDetail>;
}

/** Tokens that one answer shows. */
export const mostPieces = 200_000;

/** For one answer: what one of its requests shows is taken from what the next one may. */
export function createTokenDetail({ planning, counter, clock }: QuoteParts): TokenDetails {
  let left = mostPieces;
  const detail = async (
    name: string,
    texts: readonly { readonly text: string; readonly part: DetailedText["part"] }[],
    count: TokenCount,
  ): Promise<TokenDetail> => {
    const tokenizer = await counter.tokenizerFor(quotedModel(planning, name, dayOf(clock.wallMs())).model);
    if (tokenizer === undefined) return none(`No tokenizer of ${name} is at hand, so its tokens cannot be shown.`);
    if (count.tokens > left)
      return none(`One answer shows at most ${mostPieces} tokens, which this one would exceed: ask for fewer texts.`);
    if (!knowsPlaces(tokenizer) && texts.some(({ text }) => text.length > mostUnitsAtOnce))
      return none(`${tokenizer.name} shows the tokens of texts up to ${mostUnitsAtOnce} characters.`);
    left -= count.tokens;
    return {
      texts: texts.map(({ text, part }) => ({
        part,
        bytes: Buffer.byteLength(text),
        pieces: () => textPieces(tokenizer, text),
      })),
      notes: [],
    };
  };
  return {
    ofRequest: (name, request, count) => detail(name, [...textsOf(request, rulesFor(count.model))], count),
    ofText: (name, text, count) => detail(name, [{ text, part: "text" }], count),
  };
}

const none = (note: string): TokenDetail => ({ texts: [], notes: [note] });

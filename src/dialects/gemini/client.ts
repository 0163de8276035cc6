// Gemini's generateContent: the face to clients. The path says what the others' bodies say, so there is one per address.
import type { TrunklineError } from "../../canonical/error.js";
import { jsonArrayKeepAlive, jsonArrayType } from "../../framing/json-array.js";
import { sseData } from "../../framing/sse.js";
import type { ClientDialect, ErrorBody, Relay } from "../dialect.js";
import type { GeminiAddress } from "./address.js";
import { type GeminiFraming, geminiFraming } from "./framing.js";
import { GeminiRelay, relayRequest, relayResponse } from "./relay.js";
import { readRequest } from "./request.js";
import { writeResponse } from "./response.js";
import { GeminiStreamWriter } from "./stream-write.js";
import { statusOf, writeErrorObject } from "./write-error.js";

export function geminiClient(address: GeminiAddress): ClientDialect {
  const asArray = address.stream && !address.sse;
  /** Of the endpoint that is tried at the moment: an error that ends a stream ends what that one began. */
  let framing: GeminiFraming | undefined;
  const newFraming = (): GeminiFraming => {
    framing = geminiFraming(!asArray);
    return framing;
  };
  const relay: Relay = {
    request: relayRequest,
    response: relayResponse,
    stream: (_served, outline) => new GeminiRelay(outline, asArray ? newFraming() : undefined),
  };
  return {
    name: "gemini",
    relay,
    ...(asArray && { keepAlive: jsonArrayKeepAlive, streamType: jsonArrayType }),
    readRequest: (bytes) => readRequest(bytes, address),
    writeResponse,
    writeStream: (served) => new GeminiStreamWriter(served, newFraming()),
    writeError,
    writeStreamError(error, served) {
      const body = writeErrorObject(
        served === undefined ? error : error.with({ provider: served.providerName }),
        undefined,
      );
      if (!asArray) return sseData(body);
      const begun = served === undefined || framing === undefined ? geminiFraming(false) : framing;
      return begun.event(body) + begun.end();
    },
  };
}

/** One object, also where a stream was asked for: the status says that it is no answer. */
function writeError(error: TrunklineError, generationId: string | undefined): ErrorBody {
  return { status: statusOf(error), body: writeErrorObject(error, generationId) };
}

/** Where no model is named yet: for errors on the paths of this dialect. */
export const geminiErrors = geminiClient({ model: "", stream: false, sse: false });

// Sources of an answer as Gemini gives them: pages that a search found, and works that it recites.
// Source: https://ai.google.dev/api/generate-content#GroundingMetadata and #CitationMetadata
import type { Event } from "../../canonical/event.js";
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";

type Citation = Extract<Event, { readonly type: "citation" }>;

/** Each source once, with the first words of the answer that rest on it. Linear in the metadata. */
export function readGrounding(candidate: JsonObject): readonly Citation[] {
  const citations = new Map<string, Citation>();
  const add = (url: string | undefined, title: string | undefined, words: string | undefined) => {
    if (url !== undefined && url !== "" && !citations.has(url))
      citations.set(url, { type: "citation", url, title, text: words });
  };
  const grounding = isObject(candidate.groundingMetadata) ? candidate.groundingMetadata : {};
  const supported = supportedWords(grounding.groundingSupports);
  for (const [index, chunk] of objectsOf(grounding.groundingChunks).entries()) {
    const source = [chunk.web, chunk.maps, chunk.retrievedContext].find(isObject);
    add(text(source?.uri), text(source?.title), supported.get(index));
  }
  const recited = isObject(candidate.citationMetadata) ? candidate.citationMetadata : {};
  for (const source of objectsOf(recited.citationSources ?? recited.citations))
    add(text(source.uri), text(source.title), undefined);
  return [...citations.values()];
}

/** By the number of the chunk that they rest on. */
function supportedWords(supports: Json | undefined): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const support of objectsOf(supports)) {
    const said = isObject(support.segment) ? text(support.segment.text) : undefined;
    if (said === undefined) continue;
    for (const index of isArray(support.groundingChunkIndices) ? support.groundingChunkIndices : []) {
      const chunk = number(index);
      if (chunk !== undefined && !words.has(chunk)) words.set(chunk, said);
    }
  }
  return words;
}

function objectsOf(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.map((item) => (isObject(item) ? item : {})) : [];
}

/** Citations as grounding: for clients that look for sources there. */
export function writeGrounding(citations: readonly Omit<Citation, "type">[]): JsonObject {
  return {
    groundingChunks: citations.map(({ url, title }) => ({ web: { uri: url, ...(title !== undefined && { title }) } })),
    groundingSupports: citations.flatMap(({ text: words }, index) =>
      words === undefined ? [] : [{ segment: { text: words }, groundingChunkIndices: [index] }],
    ),
  };
}

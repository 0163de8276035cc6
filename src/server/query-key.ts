// Gemini's clients may put their key into the URL: `?key=`. Only on Gemini's paths, and taken out before anything sees the URL.

/** Where Gemini's dialect is spoken. */
export const geminiPrefix = "/v1beta/";

export interface StrippedUrl {
  readonly url: string;
  readonly key: string | undefined;
}

/** The URL without any `key`, and the first one that was there. */
export function takeQueryKey(url: string): StrippedUrl {
  const mark = url.indexOf("?");
  if (mark < 0 || !url.startsWith(geminiPrefix)) return { url, key: undefined };
  let key: string | undefined;
  const kept = url
    .slice(mark + 1)
    .split("&")
    .filter((pair) => {
      const value = new URLSearchParams(pair).get("key");
      if (value !== null) key ??= value;
      return value === null;
    });
  const path = url.slice(0, mark);
  return { url: kept.length === 0 ? path : `${path}?${kept.join("&")}`, key: key === "" ? undefined : key };
}

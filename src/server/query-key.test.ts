import { expect, test } from "vitest";
import { takeQueryKey } from "./query-key.js";

test.each([
  ["/v1beta/models", "/v1beta/models", undefined],
  ["/v1beta/models?key=a", "/v1beta/models", "a"],
  ["/v1beta/models?x=1&key=a&y=%20&key=b", "/v1beta/models?x=1&y=%20", "a"],
  ["/v1beta/m?%6bey=a%2Bb&alt=sse", "/v1beta/m?alt=sse", "a+b"],
  ["/v1beta/m?key", "/v1beta/m", undefined],
  ["/v1beta/m?key=%", "/v1beta/m", "%"],
  ["/v1beta/m?keys=a", "/v1beta/m?keys=a", undefined],
  ["/v1/models?key=a", "/v1/models?key=a", undefined],
])("%s", (url, stripped, key) => {
  expect(takeQueryKey(url)).toEqual({ url: stripped, key });
});

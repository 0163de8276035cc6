import { expect, test } from "vitest";
import { authenticate } from "./authenticate.js";

const credential = { label: "p#0", secret: () => "s3cret" };

test("a secret goes where the provider's row says", () => {
  expect(authenticate({ type: "bearer" }, credential)).toEqual({ authorization: "Bearer s3cret" });
  expect(authenticate({ type: "header", name: "x-api-key" }, credential)).toEqual({ "x-api-key": "s3cret" });
});

test("a host that asks for none gets none, even where one is at hand", () => {
  expect(authenticate({ type: "none" }, credential)).toEqual({});
  expect(authenticate({ type: "bearer" }, undefined)).toEqual({});
});

